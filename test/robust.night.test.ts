import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

// A scenario that may start programs is given 90 seconds before it counts as blocked.
test("what never yields costs its own scenario the verdict, and nothing of it stays", async () => {
  const sandbox = await Sandbox.create();
  const blocks = {
    loops: "(async () => { await null; for (;;) {} })()",
    waits: "require('node:child_process').spawnSync('sleep', ['600'])",
  };
  for (const [id, expr] of Object.entries(blocks)) {
    const steps = `  - name: never yields
    actions:
      - set: never
        value: { expr: "${expr}" }`;
    await sandbox.write(`pack/test/${id}.md`, scenarioText(id, steps, "permissions: [import]\n"));
  }
  const passes = scenarioText(
    "passes",
    "  - name: adds\n    actions: [{ set: sum, value: { expr: 1 + 1 } }]",
  );
  await sandbox.write("pack/test/passes.md", passes);
  const run = sandbox.qa("run", "loops", "waits", "passes", "--pack", "pack", "--trust", "--jobs", "2");
  const { exitCode, report, stdout } = await run;
  const [loops, passed, waits] = report?.scenarios.toSorted((a, b) => a.id.localeCompare(b.id)) ?? [];
  for (const scenario of [loops, waits]) {
    expect(scenario?.failure, stdout).toMatchObject({
      code: "scenario-blocked",
      fault: "scenario",
      statement: "set never",
      step: { name: "never yields" },
    });
  }
  expect(passed?.verdict).toBe("passed");
  expect(exitCode).toBe(1);
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
}, 240_000);
