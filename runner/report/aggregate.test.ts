import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { expect, it } from "vitest";
import { aggregate } from "./aggregate.ts";
import type { RunEvent, RunStarted } from "./events.ts";
import { reportSchema } from "./report-schema.ts";
import { sampleRun } from "./testing/sample-run.ts";

const valid = addFormats.default(new Ajv({ allErrors: true, strict: true })).compile(reportSchema);

const id = fc.constantFrom("a", "b", "c", "d");
const status = fc.constantFrom("passed", "failed", "skipped", "blocked");
const step = fc.nat({ max: 4 });
const position = fc.constant({ line: 3, column: 5 });

const happening: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant("scenario-started"), at: fc.nat(), scenarioId: id, index: fc.nat() }),
  fc.record({
    type: fc.constant("step-started"),
    at: fc.nat(),
    scenarioId: id,
    step,
    name: fc.string(),
    position,
  }),
  fc.record({
    type: fc.constant("step-finished"),
    at: fc.nat(),
    scenarioId: id,
    step,
    name: fc.string(),
    status,
    durationMs: fc.nat(),
  }),
  fc.record({
    type: fc.constant("scenario-finished"),
    at: fc.nat(),
    scenarioId: id,
    verdict: status,
    durationMs: fc.nat(),
    notReached: fc.array(fc.string(), { maxLength: 2 }),
    cleanupProblems: fc.array(fc.string(), { maxLength: 1 }),
    evidence: fc.array(fc.record({ kind: fc.string(), path: fc.string() }), { maxLength: 1 }),
    rerun: fc.constant("pnpm qa run x"),
  }),
);

const planned = fc.uniqueArray(id).map(
  (ids): RunStarted => ({
    type: "run-started",
    at: 0,
    runId: "r",
    tool: { name: "gateway-qa", version: "0", node: "24", platform: "test" },
    command: "pnpm qa run --all",
    gateway: "embedded",
    providerMode: "mock-openai",
    jobs: 1,
    scenarios: ids.map((scenarioId) => ({
      id: scenarioId,
      title: scenarioId,
      file: `${scenarioId}.md`,
      tags: [],
    })),
    reportFolder: "/reports/r",
  }),
);

const end = fc.option(
  fc.boolean().map(
    (interrupted): RunEvent => ({
      type: "run-finished",
      at: 0,
      runId: "r",
      durationMs: 1,
      interrupted,
      exitCode: 0,
    }),
  ),
  { nil: undefined },
);

it("makes a valid report whose counts add up from whatever happened, complete or not", () => {
  fc.assert(
    fc.property(planned, fc.array(happening), end, (start, happenings, last) => {
      const events = [start, ...happenings, ...(last ? [last] : [])];
      const report = aggregate(events);
      expect(aggregate(events)).toEqual(report);

      valid(report);
      expect(valid.errors).toBeNull();
      const { total, passed, failed, skipped, blocked } = report.counts;
      expect(passed + failed + skipped + blocked).toBe(total);
      expect(report.scenarios.length).toBe(total);
      const mentioned = happenings.flatMap((event) => ("scenarioId" in event ? [event.scenarioId] : []));
      const expected = new Set([...start.scenarios.map((ref) => ref.id), ...mentioned]);
      expect(new Set(report.scenarios.map((scenario) => scenario.id))).toEqual(expected);
    }),
  );
});

it("never lets a scenario pass that did not say so itself", () => {
  fc.assert(
    fc.property(planned, fc.array(happening), end, (start, happenings, last) => {
      const report = aggregate([start, ...happenings, ...(last ? [last] : [])]);
      for (const scenario of report.scenarios) {
        const own = happenings.filter((event) => "scenarioId" in event && event.scenarioId === scenario.id);
        const finish = own.findLast((event) => event.type === "scenario-finished");
        if (finish) {
          expect(scenario.verdict).toBe(finish.verdict);
        } else if (own.some((event) => event.type === "scenario-started") || !report.interrupted) {
          expect(scenario).toMatchObject({
            verdict: "failed",
            fault: "harness",
            failure: { code: "missing-result" },
          });
        } else {
          expect(scenario.verdict).toBe("skipped");
        }
      }
    }),
  );
});

it("is valid and marked as interrupted at every point of a run before its end", () => {
  const events = sampleRun();
  for (let length = 1; length < events.length; length += 1) {
    const report = aggregate(events.slice(0, length));
    valid(report);
    expect(valid.errors).toBeNull();
    expect(report).toMatchObject({ interrupted: true, exitCode: 130 });
  }
});

it("shows the step a killed run was in", () => {
  const events = sampleRun();
  const inStep = events.findIndex((event) => event.type === "step-started" && event.step === 1) + 1;
  expect(aggregate(events.slice(0, inStep)).scenarios[0]?.steps).toEqual([
    { name: "starts without the skill", status: "passed", durationMs: 41, details: "" },
    { name: "switches the plugin on, hot", status: "failed", durationMs: expect.any(Number) },
  ]);
});
