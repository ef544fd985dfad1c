import { join } from "node:path";
import { expect, test } from "vitest";
import { REPORT_VERSION } from "../report/schema/report-schema.ts";
import { sampleReport } from "../results/testing/sample-report.ts";
import { folderWith } from "../scenario/testing/parse.ts";
import { SHAPES_FILE } from "../shape/answers.ts";
import { readRun } from "./gateway-run.ts";

const REPORT = sampleReport({ scenarios: [{ id: "one", attempts: [{ verdict: "passed" }] }] });

test.for([
  [{ ...REPORT, version: REPORT_VERSION + 1 }, /it is a report of version \d+, and this program reads/],
  [{ version: REPORT_VERSION, scenarios: [] }, /must have required property/],
  [[], /it is not a report/],
] as const)("a report of another version or shape is refused: %j", async ([value, problem]) => {
  const folder = folderWith({ "report.json": JSON.stringify(value) });
  await expect(readRun(folder)).rejects.toThrow(/report\.json cannot be read/);
  await expect(readRun(folder)).rejects.toThrow(problem);
});

test.for([
  ['{"version":2,"methods":{}}', /version 1 was expected, this is version 2/],
  ['{"version":1,"methods":{"health":{"shape":3}}}', /health is not the shape of answers/],
  ["[]", /version 1 was expected/],
] as const)("shapes of another version or shape are refused: %s", async ([text, problem]) => {
  const evidence = [{ kind: "shapes", path: join("one", SHAPES_FILE) }];
  const [scenario] = REPORT.scenarios;
  const report = { ...REPORT, scenarios: [{ ...scenario, evidence }] };
  const folder = folderWith({ "report.json": JSON.stringify(report), [`one/${SHAPES_FILE}`]: text });
  await expect(readRun(folder)).rejects.toThrow(problem);
});
