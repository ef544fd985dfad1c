import { expect, type onTestFinished } from "vitest";
import { Sandbox } from "./qa.ts";

/** A scenario, the fault that breaks its subject, the step that is about it, and the words it must find. */
export type BrokenSubject = [scenario: string, fault: string, step: RegExp, message: RegExp];

/** With its subject broken, the scenario fails at the step that is about it, with words that say what is wrong. */
export async function expectFailure(
  [scenario, fault, step, message]: BrokenSubject,
  onFinished: typeof onTestFinished,
): Promise<void> {
  const sandbox = await Sandbox.create(onFinished);
  const { exitCode, report, stdout } = await sandbox.qa("run", scenario, "--fault", fault);
  expect(report?.scenarios[0]?.verdict, stdout).toBe("failed");
  expect(report?.scenarios[0]?.failure, stdout).toMatchObject({
    fault: "product",
    message: expect.stringMatching(message),
    step: { name: expect.stringMatching(step) },
    file: expect.stringContaining(scenario),
    position: { line: expect.any(Number) },
  });
  expect(exitCode).toBe(1);
}
