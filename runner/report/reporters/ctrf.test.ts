import { type CTRFReport, calculateSummary, validate } from "ctrf";
import { expect, it } from "vitest";
import type { RunEvent } from "../events.ts";
import { reportOf } from "../run-state.ts";
import { repeatedRun, sampleRun, sampleRunOf } from "../testing/sample-run.ts";
import { renderCtrf } from "./ctrf.ts";

function ctrf(events: readonly RunEvent[]): CTRFReport {
  return JSON.parse(renderCtrf(reportOf(events)));
}

it.each([
  ["complete", sampleRun()],
  ["repeated", repeatedRun()],
  ["interrupted", sampleRun().slice(0, 20)],
  ["hardly begun", sampleRun().slice(0, 1)],
])("fits the published schema, its summary too: a %s run", (_which, events) => {
  const report = ctrf(events);
  expect(validate(report)).toEqual({ valid: true, errors: [] });
  const { summary, tests } = report.results;
  const counted = calculateSummary(tests);
  expect(summary).toMatchObject({
    tests: counted.tests,
    passed: counted.passed,
    failed: counted.failed,
    skipped: counted.skipped,
    other: counted.other,
    flaky: counted.flaky ?? 0,
  });
});

it("keeps what the format has no word for in rawStatus, and the attempts before the last", () => {
  const { tests } = ctrf(sampleRun()).results;
  expect(tests.map(({ status, rawStatus, flaky, retries }) => [status, rawStatus, flaky, retries])).toEqual([
    ["passed", "passed", false, 0],
    ["failed", "failed", false, 2],
    ["skipped", "skipped", false, 0],
    ["other", "blocked", false, 0],
    ["failed", "failed", false, 0],
    ["passed", "passed, flaky", true, 1],
  ]);
  expect(tests.at(-1)?.retryAttempts).toMatchObject([
    { attempt: 1, status: "failed", message: "assertion failed: reactions.length === 1", line: 33 },
  ]);
  const [repeated] = ctrf(repeatedRun()).results.tests;
  expect(repeated).toMatchObject({
    status: "failed",
    rawStatus: "failed, flaky (quarantined)",
    flaky: false,
    extra: { quarantine: { owner: "channels" } },
  });
});

it("has a test that failed for a run that is no success for another reason", () => {
  const { summary, tests } = ctrf(sampleRunOf("plugin-lifecycle-hot-reload")).results;
  expect(tests).toMatchObject([
    { status: "passed" },
    { name: "the run itself", status: "failed", message: expect.stringMatching(/left something behind/) },
  ]);
  expect(summary).toMatchObject({ tests: 2, passed: 1, failed: 1 });
});

it("has no negative time when the clock jumps", () => {
  const events = sampleRun().map((event, index) => ({ ...event, at: event.at - index * 1_000_000 }));
  for (let length = 1; length <= events.length; length += 1) {
    const { summary, tests } = ctrf(events.slice(0, length)).results;
    expect(summary.stop).toBeGreaterThanOrEqual(summary.start);
    expect(Math.min(summary.duration ?? 0, ...tests.map(({ duration }) => duration))).toBeGreaterThanOrEqual(
      0,
    );
  }
});
