import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

// What is left of a run that was killed. A poll here has no limit of the product behind it: it only ends a test that fails.
const PATIENCE = { timeout: 30_000, interval: 20 };

/** A pack whose plugin has a tool that says that it was called, and then does `work`. */
async function packWithTool(sandbox: Sandbox, work: string): Promise<string> {
  const called = join(sandbox.folder, "called");
  await sandbox.write(
    "pack/fixtures/plugins/busy/index.js",
    `import { writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
export default {
  register(api) {
    api.registerTool({
      name: "busy_tool", description: "is busy", parameters: { type: "object" },
      execute() { writeFileSync(${JSON.stringify(called)}, ""); ${work} },
    });
  },
};
`,
  );
  await sandbox.write(
    "pack/fixtures/plugins/busy/openclaw.plugin.json",
    JSON.stringify({ id: "busy", version: "1.0.0", contracts: { tools: ["busy_tool"] }, activation: {} }),
  );
  await sandbox.write(
    "pack/fixtures/plugins/busy/package.json",
    JSON.stringify({ name: "busy", version: "1.0.0", type: "module" }),
  );
  await sandbox.write(
    "pack/qa/scenarios/busy.md",
    scenarioText(
      "busy",
      `  - name: asks for the tool
    actions:
      - call: state.addInboundMessage
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: "Call the tool busy_tool with {}" }]
      - call: waitForOutboundMessage
        args: [{ ref: state }, { lambda: { params: [m], expr: "true" } }, 60000]
`,
      "plugins: [busy]\ngateways: [embedded]\n",
    ),
  );
  return called;
}

test.for([
  ["computes without end", "for (;;);"],
  ["is stopped", "process.kill(process.pid, 'SIGSTOP');"],
  [
    "has started a process that left its group",
    "spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref(); for (;;);",
  ],
] as const)("a gateway that %s ends with its killed runner, and its folder goes", async ([_what, work]) => {
  const sandbox = await Sandbox.create();
  const called = await packWithTool(sandbox, work);
  const runner = sandbox.start("run", "--pack", "pack", "--trust");
  const ended = once(runner, "exit");
  await expect.poll(() => existsSync(called), PATIENCE).toBe(true);
  runner.kill("SIGKILL");
  await ended;
  await expect.poll(() => sandbox.processes(), PATIENCE).toEqual([]);
  await expect.poll(() => sandbox.leftovers(), PATIENCE).toEqual([]);
});

test("a scenario that waits without letting go, and what it waits for, end with their killed runner", async () => {
  const sandbox = await Sandbox.create();
  const waits = join(sandbox.folder, "waits");
  await sandbox.write(
    "pack/waits.md",
    scenarioText(
      "waits",
      `  - name: waits
    actions:
      - set: ended
        value: { expr: "process.getBuiltinModule('node:child_process').spawnSync('sh', ['-c', 'echo > ${waits}; sleep 600'])" }
`,
      "permissions: [process]\n",
    ),
  );
  const runner = sandbox.start("run", "--pack", "pack", "--trust");
  const ended = once(runner, "exit");
  await expect.poll(() => existsSync(waits), PATIENCE).toBe(true);
  runner.kill("SIGKILL");
  await ended;
  await expect.poll(() => sandbox.processes(), PATIENCE).toEqual([]);
  await expect.poll(() => sandbox.leftovers(), PATIENCE).toEqual([]);
});

test("nothing is left of a run that is interrupted twice", async () => {
  const sandbox = await Sandbox.create();
  const called = await packWithTool(sandbox, "for (;;);");
  const runner = sandbox.start("run", "--pack", "pack", "--trust");
  const ended = once(runner, "exit");
  await expect.poll(() => existsSync(called), PATIENCE).toBe(true);
  // Two signals at once may be one.
  const again = setInterval(() => runner.kill("SIGINT"), 50);
  expect(await ended).toEqual([130, null]);
  clearInterval(again);
  await expect.poll(() => sandbox.processes(), PATIENCE).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});
