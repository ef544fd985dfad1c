import { expect, test } from "vitest";
import { expectNothingLeft } from "./testing/left.ts";
import { Sandbox } from "./testing/qa.ts";

test("all scenarios pass, two at once, and leave nothing behind", async () => {
  const sandbox = await Sandbox.create();
  const { exitCode, report, stdout } = await sandbox.qa("run", "--builtin", "--all", "--jobs", "2");
  expect(report?.counts, stdout).toMatchObject({ failed: 0, blocked: 0 });
  expect(report?.counts.passed).toBeGreaterThanOrEqual(9);
  expect(exitCode).toBe(0);
  await expectNothingLeft(sandbox);
});
