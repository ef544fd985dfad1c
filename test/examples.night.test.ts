import { join } from "node:path";
import { expect, test } from "vitest";
import { EXAMPLES } from "./testing/examples-pack.ts";
import { Sandbox } from "./testing/qa.ts";

const RUN = ["run", "--pack", "pack", "--share-gateway"];

async function withPack(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/answers.md", EXAMPLES);
  return sandbox;
}

function verdicts({ report }: Awaited<ReturnType<Sandbox["qa"]>>) {
  return report?.scenarios.map(({ id, verdict }) => `${id} ${verdict}`);
}

test("rows are chosen by --row, by their id and by a glob over the scenario's id", async () => {
  const sandbox = await withPack();
  expect(verdicts(await sandbox.qa(...RUN, "answers", "--row", "word", "--row", "bar in it"))).toEqual([
    "answers/word passed",
    "answers/bar in it passed",
  ]);
  expect(verdicts(await sandbox.qa(...RUN, "answers/number"))).toEqual(["answers/number failed"]);
  expect(verdicts(await sandbox.qa(...RUN, "answ*"))).toHaveLength(3);
});

test("--last-failed runs the row that failed, history knows rows and scenario", async () => {
  const sandbox = await withPack();
  await sandbox.qa(...RUN, "--out", "reports/one");
  await sandbox.write("pack/answers.md", EXAMPLES.replace('"43"', '"42"'));
  const again = await sandbox.qa("run", "--last-failed", "reports", "--out", "reports/two");
  expect(again.exitCode, again.stdout).toBe(0);
  expect(again.stdout).toMatch(/✓ answers\/number/);
  expect(again.stdout).not.toMatch(/answers\/word/);
  const history = async (...ids: string[]) => {
    const { stdout } = await sandbox.qa("history", "reports", ...ids, "--json");
    return JSON.parse(stdout).scenarios.map(({ id, runs }: { id: string; runs: number }) => `${id} ${runs}`);
  };
  expect(await history("answers/number")).toEqual(["answers/number 2"]);
  expect(await history("answers")).toEqual(
    expect.arrayContaining(["answers/number 2", "answers/word 1", "answers/bar in it 1"]),
  );
});

test("shards divide rows, a merge puts them together again, and durations are kept by row", async () => {
  const sandbox = await withPack();
  const parts = await Promise.all(
    ["1/2", "2/2"].map(async (shard) => {
      await sandbox.qa(...RUN, "--shard", shard, "--out", `shares/${shard[0]}`);
      const report = await sandbox.reportIn(`shares/${shard[0]}`);
      return report?.scenarios.map(({ id }) => id) ?? [];
    }),
  );
  expect(parts.map(({ length }) => length).sort()).toEqual([1, 2]);
  const merge = await sandbox.qa("merge", "shares", "--out", "merged");
  expect(merge.exitCode, merge.stdout).toBe(1);
  const merged = await sandbox.reportIn("merged");
  expect(merged?.scenarios.map(({ id }) => id).sort()).toEqual(parts.flat().sort());
  const byDuration = await sandbox.qa(...RUN, "--shard", "1/3", "--durations", "merged");
  expect(byDuration.report?.scenarios).toHaveLength(1);
});

test("a lane that names the scenario runs its rows, and one in quarantine excuses all of them", async () => {
  const sandbox = await withPack();
  await sandbox.write(
    "lanes.yaml",
    'lanes:\n  rows:\n    owner: "@qa"\n    description: All rows.\n    gateways: [embedded]\n    select: { packs: [pack], ids: [answers] }\n    minutes: 5\n',
  );
  await sandbox.write(
    "quarantine.yaml",
    'quarantine:\n  - { id: answers, reason: A row fails., owner: "@qa", expires: 2099-12-31 }\n',
  );
  const lanes = ["--lanes", join(sandbox.folder, "lanes.yaml")];
  const checked = await sandbox.qa("check", ...lanes);
  expect(checked.exitCode, checked.stdout).toBe(0);
  const run = await sandbox.qa("run", "--lane", "rows", ...lanes);
  expect(run.exitCode, run.stdout).toBe(0);
  expect(verdicts(run)).toContain("answers/number failed");
});

test("what names a row that is not there is told which is meant, before a gateway starts", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/answers.md", EXAMPLES);
  await sandbox.write("pack/plain.md", "# Plain\n\n## It answers\n\n```yaml qa-step\n- ask: hello\n```\n");
  const said = async (...args: string[]) => {
    const { exitCode, stderr } = await sandbox.qa("run", "--pack", "pack", ...args);
    expect(exitCode).toBe(2);
    return stderr;
  };
  expect(await said("answers", "--row", "numbr")).toMatch(
    /has a row numbr in its examples.*\n.*Did you mean number\?/,
  );
  expect(await said("answers", "plain", "--row", "word")).toMatch(/plain has no row word/);
  expect(await said("answers/numbr")).toMatch(
    /unknown scenario id: answers\/numbr.*\n.*Did you mean answers\/number\?/,
  );
});
