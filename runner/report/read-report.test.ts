import { expect, test } from "vitest";
import { sampleReport } from "../results/testing/sample-report.ts";
import { checkReport } from "./read-report.ts";

const REPORT = sampleReport({
  scenarios: [{ id: "one", attempts: [{ verdict: "passed" }] }],
  options: { ids: ["one"], retries: 2 },
});

test("a report of this version is read as it is", async () => {
  expect(await checkReport(REPORT)).toEqual({ report: REPORT });
});

test("a report of the version before is read as one that has no options", async () => {
  const { options: _, ...facts } = REPORT;
  expect(await checkReport({ ...facts, version: 2 })).toEqual({ report: facts });
});

test.for([
  [{ version: 1 }, /it is a report of version 1, and this program reads version 3/],
  [[], /it is not a report/],
  [{ ...REPORT, options: {} }, /options must have required property 'ids'/],
] as const)("anything else is said not to be one: %j", async ([value, problem]) => {
  expect(await checkReport(value)).toEqual({ problem: expect.stringMatching(problem) });
});
