import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { RunEvent, RunStarted } from "./events.ts";
import { reportOf } from "./run-state.ts";
import { reportSchema } from "./schema/report-schema.ts";
import { sampleRun } from "./testing/sample-run.ts";

const valid = addFormats.default(new Ajv({ allErrors: true, strict: true })).compile(reportSchema);

const id = fc.constantFrom("a", "b", "c", "d");
const status = fc.constantFrom("passed", "failed", "skipped", "blocked");
const step = fc.nat({ max: 4 });
const attempt = fc.integer({ min: 1, max: 3 });
const position = fc.constant({ line: 3, column: 5 });

const happening: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({
    type: fc.constant("scenario-started"),
    at: fc.nat(),
    scenarioId: id,
    attempt,
    index: fc.nat(),
  }),
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
    attempt,
    next: fc.constantFrom(undefined, undefined, "retry", "repeat"),
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
      const report = reportOf(events);
      expect(reportOf(events)).toEqual(report);

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
      const report = reportOf([start, ...happenings, ...(last ? [last] : [])]);
      for (const scenario of report.scenarios) {
        const own = happenings.filter((event) => "scenarioId" in event && event.scenarioId === scenario.id);
        const last = own.findLast(({ type }) => type === "scenario-started" || type === "scenario-finished");
        const finishes = own.filter((event) => event.type === "scenario-finished");
        const failed = finishes.some(({ verdict, next }) => verdict === "failed" && next !== "retry");
        expect(scenario.attempts.length).toBe(finishes.length);
        if (failed) {
          expect(scenario.verdict).toBe("failed");
        } else if (last?.type === "scenario-finished" && last.next === undefined) {
          expect(scenario.verdict).toBe(last.verdict);
        } else if (own.length > 0 || !report.interrupted) {
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
    const report = reportOf(events.slice(0, length));
    valid(report);
    expect(valid.errors).toBeNull();
    expect(report).toMatchObject({ interrupted: true, exitCode: 130 });
  }
});

it("shows the step a killed run was in", () => {
  const events = sampleRun();
  const inStep = events.findIndex((event) => event.type === "step-started" && event.step === 1) + 1;
  expect(reportOf(events.slice(0, inStep)).scenarios[0]?.steps).toEqual([
    { name: "starts without the skill", status: "passed", durationMs: 41, details: "" },
    { name: "switches the plugin on, hot", status: "failed", durationMs: expect.any(Number) },
  ]);
});

const [start] = sampleRun();

/** A run of one scenario with an attempt per letter: `p` passes, `f` fails, and what follows each. */
function attemptsOf(outcomes: string, next: "retry" | "repeat"): RunEvent[] {
  return [...outcomes].flatMap((outcome, index): RunEvent[] => {
    const common = { at: index, scenarioId: "a", attempt: index + 1 };
    const failed = outcome === "f";
    return [
      { ...common, type: "scenario-started", index: 1 },
      {
        ...common,
        type: "scenario-finished",
        verdict: failed ? "failed" : "passed",
        failure: failed ? { code: "x", fault: "product", message: `failure ${index + 1}` } : undefined,
        next: index + 1 < outcomes.length ? next : undefined,
        durationMs: index + 1,
        notReached: [],
        cleanupProblems: [`left by ${index + 1}`],
        evidence: [],
        rerun: "pnpm qa run a",
      },
    ];
  });
}

it.each([
  ["retry", "p", "passed", false, undefined, 1],
  ["retry", "fp", "passed", true, undefined, 2],
  ["retry", "ffp", "passed", true, undefined, 3],
  ["retry", "fff", "failed", false, "failure 3", 3],
  ["repeat", "pppp", "passed", false, undefined, 4],
  ["repeat", "pfpf", "failed", true, "failure 2", 2],
  ["repeat", "ffff", "failed", false, "failure 1", 1],
] as const)("with %s takes %s for %s, flaky %s", (next, outcomes, verdict, flaky, message, decisive) => {
  const report = reportOf([{ ...start, scenarios: [] } as RunStarted, ...attemptsOf(outcomes, next)]);
  const [scenario] = report.scenarios;
  expect(scenario).toMatchObject({ verdict, flaky, durationMs: decisive });
  expect(scenario?.failure?.message).toBe(message);
  expect(scenario?.attempts.map((attempt) => attempt.verdict[0]).join("")).toBe(outcomes);
  expect(scenario?.cleanupProblems).toHaveLength(outcomes.length);
  expect(report.counts.flaky).toBe(flaky && verdict === "passed" ? 1 : 0);
});

it("does not pass a scenario whose run ended before its next attempt", () => {
  for (const next of ["retry", "repeat"] as const) {
    const cut = attemptsOf("pp", next).slice(0, -2);
    expect(reportOf([start as RunStarted, ...cut]).scenarios.at(-1)).toMatchObject({
      verdict: "failed",
      failure: { code: "missing-result" },
      attempts: [{ verdict: "passed" }],
    });
  }
});

it("reports no negative duration when the clock jumps", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 })), fc.nat(), (jumps, cut) => {
      const events = sampleRun();
      const jumping = events
        .slice(0, 1 + (cut % events.length))
        .map((event, index) => ({ ...event, at: event.at + (jumps[index % jumps.length] ?? 0) }));
      const report = reportOf(jumping);
      valid(report);
      expect(valid.errors).toBeNull();
      expect(Date.parse(report.finishedAt)).toBeGreaterThanOrEqual(Date.parse(report.startedAt));
    }),
  );
});
