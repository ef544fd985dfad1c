import { Ajv } from "ajv";
import { expect } from "vitest";
import { type Job, type Matrix, matrixSchema } from "../../runner/results/merge/matrix-schema.ts";
import { type QaResult, Sandbox, scenarioText } from "./qa.ts";

export const GUARD = "QA_TEST_ALLOW";

/** Passes, with so many steps. */
export function passing(id: string, steps = 1, extra = ""): string {
  const step = (index: number) => `  - name: step ${index}\n    actions: [{ assert: '1 + 1 === 2' }]`;
  return scenarioText(id, Array.from({ length: steps }, (_, index) => step(index)).join("\n"), extra);
}

export const FAILING = scenarioText("fails", "  - name: adds\n    actions: [{ assert: '1 + 1 === 3' }]");
/** Says whether the guard reached the gateway; destructive, so that it needs it. */
export const GUARDED = passing(
  "guarded",
  1,
  `risk: destructive\nexecution: { config: { allowEnv: ${GUARD} } }\n`,
);

/** A plugin author's repository: a pack with lanes beside it. */
export async function repository(lanes: string, scenarios: Record<string, string>): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [id, text] of Object.entries(scenarios)) await sandbox.write(`pack/demo/${id}.md`, text);
  await sandbox.write("qa/lanes.yaml", lanes);
  return sandbox;
}

export function lanesText(body: string, name = "demo"): string {
  const lines = body
    .trim()
    .split("\n")
    .map((line) => `    ${line}\n`);
  return `lanes:\n  ${name}:\n    owner: "@harbor/qa"\n${lines.join("")}`;
}

export const FIVE = Object.fromEntries(
  ["a", "b", "c", "d", "e"].map((id, index) => [id, passing(id, index + 1)]),
);
export const LANES = ["--lanes", "qa/lanes.yaml"];

export async function matrixOf(sandbox: Sandbox, ...args: string[]): Promise<Matrix> {
  const { exitCode, stdout, stderr } = await sandbox.qa("matrix", ...LANES, "--format", "json", ...args);
  expect(exitCode, stderr).toBe(0);
  const matrix: unknown = JSON.parse(stdout);
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  expect(ajv.validate(matrixSchema, matrix), ajv.errorsText()).toBe(true);
  return matrix as Matrix;
}

export function runJob(sandbox: Sandbox, { args }: Job): Promise<QaResult> {
  return sandbox.qa(...args);
}
