import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

// The run is given half a minute before it counts as frozen.
test("code that never yields is noticed, named and ended, with its gateway", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/frozen.md",
    scenarioText(
      "frozen",
      `  - name: never yields
    actions:
      - set: never
        value: { expr: "(async () => { await null; for (;;) {} })()" }`,
    ),
  );
  const { exitCode, stderr, report } = await sandbox.qa("run", "frozen", "--pack", "pack");
  expect(stderr).toMatch(/run-frozen[\s\S]*frozen, line 15: set never/);
  expect(exitCode).not.toBe(0);
  expect(report).toMatchObject({ interrupted: true, counts: { passed: 0 } });
  await expect.poll(() => sandbox.processes(), { timeout: 10_000 }).toEqual([]);
  await expect.poll(() => sandbox.leftovers(), { timeout: 10_000 }).toEqual([]);
}, 120_000);
