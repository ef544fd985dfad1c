import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const HELPER = `import { spawn } from "node:child_process";
export const load = () => import("no-such-package-at-all");
export const start = () => new Promise((_, fail) => spawn("no-such-program").on("error", fail));
`;

test.each([
  ["a package that is missing", "await qaImport('no-such-package-at-all')", "import-failed", "scenario", 1],
  ["a module that cannot be parsed", "await qaImport('./bad.mjs')", "import-failed", "scenario", 1],
  ["a module that throws", "await qaImport('./throws.mjs')", "import-failed", "scenario", 1],
  ["what a module lacks", "await (await qaImport('./helper.mjs')).load()", "action-failed", "scenario", 1],
  ["import() of an expression", "await import('no-such-package-at-all')", "action-failed", "scenario", 1],
  ["a program", "await (await qaImport('./helper.mjs')).start()", "action-failed", "environment", 4],
])("%s is no fault of the product", async (_what, expression, code, fault, exit) => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/bad.mjs", "export const x = ;\n");
  await sandbox.write("pack/test/throws.mjs", "throw new Error('own');\n");
  await sandbox.write("pack/test/helper.mjs", HELPER);
  const steps = `  - name: imports\n    actions:\n      - { set: m, value: { expr: "${expression}" } }`;
  await sandbox.write(
    "pack/test/imports.md",
    scenarioText("imports", steps, "permissions: [import, process]\n"),
  );
  const { exitCode, report, stderr } = await sandbox.qa("run", "imports", "--pack", "pack", "--trust");
  expect(report?.scenarios[0]?.failure, stderr).toMatchObject({ code, fault });
  expect(exitCode).toBe(exit);
});
