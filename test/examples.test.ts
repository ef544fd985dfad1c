import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXAMPLES } from "./testing/examples-pack.ts";
import { Sandbox } from "./testing/qa.ts";

test("each row of a table of examples is a run of its own, by its name in every report", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/answers.md", EXAMPLES);
  const run = await sandbox.qa(
    "run",
    "--pack",
    "pack",
    "--share-gateway",
    "--jobs",
    "1",
    "--reporter",
    "junit",
  );
  expect(run.exitCode, run.stdout).toBe(1);
  expect(run.report?.scenarios.map(({ id, title, verdict }) => [id, title, verdict])).toEqual([
    ["answers/word", "The agent answers (word)", "passed"],
    ["answers/bar in it", "The agent answers (bar in it)", "passed"],
    ["answers/number", "The agent answers (number)", "failed"],
  ]);
  const failed = run.report?.scenarios[2];
  expect(failed?.rerun).toMatch(/ run answers\/number /);
  // Each row's evidence has a folder of its own, below the report.
  const folders = run.report?.scenarios.map(({ evidence }) => evidence[0]?.path.split("/")[0]);
  expect(new Set(folders).size).toBe(3);
  const junit = await readFile(join(sandbox.reportFolder, "junit.xml"), "utf8");
  expect(junit).toContain('name="answers/bar in it"');
});
