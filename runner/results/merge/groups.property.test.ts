import fc from "fast-check";
import { expect, it } from "vitest";
import { type SampleScenario, sampleReport } from "../testing/sample-report.ts";
import { scenarioRows } from "./cells.ts";
import { groupShards, isComplete } from "./groups.ts";
import { joinShards } from "./join.ts";
import type { ShardReport } from "./shard.ts";

const attempt = fc.constantFrom(
  { verdict: "passed" } as const,
  { verdict: "failed" } as const,
  { verdict: "failed", fault: "harness" } as const,
);
const attempts: fc.Arbitrary<SampleScenario["attempts"]> = fc.oneof(
  fc.array(attempt, { minLength: 1, maxLength: 3 }),
  fc.constantFrom([{ verdict: "skipped" } as const], [{ verdict: "blocked" } as const]),
);

interface Cut {
  scenarios: SampleScenario[];
  /** Place of each scenario's shard. */
  places: number[];
  total: number;
  failOnFlaky: boolean;
  quarantined: string[];
}

const cut: fc.Arbitrary<Cut> = fc
  .record({
    outcomes: fc.array(fc.tuple(attempts, fc.boolean(), fc.boolean(), fc.nat()), {
      minLength: 1,
      maxLength: 12,
    }),
    total: fc.integer({ min: 1, max: 5 }),
    failOnFlaky: fc.boolean(),
  })
  .map(({ outcomes, total, failOnFlaky }) => ({
    scenarios: outcomes.map(([how, named], index) => ({ id: `s-${index}`, attempts: how, named })),
    places: outcomes.map(([, , , place]) => place % total),
    quarantined: outcomes.flatMap(([, , quarantined], index) => (quarantined ? [`s-${index}`] : [])),
    total,
    failOnFlaky,
  }));

function wholeOf({ scenarios, failOnFlaky, quarantined }: Cut) {
  return sampleReport({
    scenarios,
    policy: { retries: 2, repeat: 1, failOnFlaky },
    selection: scenarios.map(({ id }) => id),
    quarantine: quarantined.map(excuse),
  });
}

function shardsOf({ scenarios, places, total, failOnFlaky, quarantined }: Cut): ShardReport[] {
  return Array.from({ length: total }, (_, place) => {
    const own = scenarios.filter((_, index) => places[index] === place);
    const report = sampleReport({
      runId: `run-${place + 1}`,
      scenarios: own,
      policy: { retries: 2, repeat: 1, failOnFlaky },
      shard: { index: place + 1, total },
      selection: scenarios.map(({ id }) => id),
      quarantine: quarantined.filter((id) => own.some((scenario) => scenario.id === id)).map(excuse),
    });
    return { folder: `/s/${place}`, shown: `s/${place}`, report, problems: [], notes: [] };
  });
}

function excuse(id: string) {
  return { id, owner: "o", reason: "r", expires: "2030-01-01" };
}

it("any cut of a run into shards gives the verdicts, counts and exit code of the whole", () => {
  fc.assert(
    fc.property(cut, fc.nat(), (given, turn) => {
      const whole = wholeOf(given);
      const shards = shardsOf(given);
      // The order in which shards are found does not matter.
      const found = [...shards.slice(turn % shards.length), ...shards.slice(0, turn % shards.length)];
      const [group, ...others] = groupShards(found, undefined);
      expect(others).toEqual([]);
      expect(group?.problems).toEqual([]);
      const joined = group && joinShards(group, () => "");
      expect(joined).toMatchObject({
        scenarios: whole.scenarios,
        counts: whole.counts,
        exitCode: whole.exitCode,
        quarantine: whole.quarantine,
        interrupted: false,
      });
    }),
  );
});

it("without any one shard nothing is complete, and every scenario of it is named", () => {
  fc.assert(
    fc.property(cut, fc.nat(), (given, which) => {
      const shards = shardsOf(given);
      fc.pre(shards.length > 1);
      const [lost] = shards.splice(which % shards.length, 1);
      const groups = groupShards(shards, undefined);
      expect(groups.filter(isComplete)).toEqual([]);
      const problems = groups.flatMap((group) => group.problems);
      const { index, total } = lost?.report?.shard ?? { index: 0, total: 0 };
      expect(problems).toContainEqual(
        expect.objectContaining({
          code: "missing-shard",
          message: expect.stringContaining(`shard ${index} of ${total} left no report`),
        }),
      );
      const absent = problems.filter(({ code }) => code === "missing-scenario").map(({ message }) => message);
      for (const { id } of lost?.report?.scenarios ?? []) expect(absent.join()).toContain(id);
      const verdicts = scenarioRows(groups).flatMap(({ results }) => results.map(({ verdict }) => verdict));
      expect(verdicts).not.toContain("passed");
    }),
  );
});

it("a shard that is there twice, or a result moved to where another has it, is never complete", () => {
  fc.assert(
    fc.property(cut, fc.nat(), fc.boolean(), (given, which, wholeShard) => {
      const shards = shardsOf(given);
      const place = which % shards.length;
      const copied = shards[place] as ShardReport;
      const other = shards[(place + 1) % shards.length] as ShardReport;
      const [result] = copied.report?.scenarios ?? [];
      if (wholeShard) shards.push({ ...copied, shown: "s/copy" });
      else if (other.report && result) {
        const scenarios = [...other.report.scenarios, result];
        other.report = { ...other.report, scenarios };
      } else return;
      const problems = groupShards(shards, undefined).flatMap((group) => group.problems);
      expect(problems.map(({ code }) => code)).toContain(wholeShard ? "duplicate-shard" : "duplicate-result");
    }),
  );
});
