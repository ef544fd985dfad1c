import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

// Who is to blame for a gateway that does not come up while the machine has far more to do than it can.

const SCENARIO = scenarioText(
  "boots",
  "  - name: adds\n    actions: [{ set: sum, value: { expr: 1 + 1 } }]",
  "plugins: [slow]\ngateways: [embedded]\n",
);

/** Programs that compute without end, four for each core. */
function load(): void {
  for (let index = 0; index < 4 * availableParallelism(); index += 1) {
    const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
  }
}

async function boot(register: string, slow: string) {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/fixtures/plugins/slow/index.js",
    `export default { register() { ${register} } };\n`,
  );
  await sandbox.write(
    "pack/fixtures/plugins/slow/openclaw.plugin.json",
    JSON.stringify({ id: "slow", version: "1.0.0", contracts: {}, activation: { onStartup: true } }),
  );
  await sandbox.write(
    "pack/fixtures/plugins/slow/package.json",
    JSON.stringify({ name: "slow", version: "1.0.0", type: "module" }),
  );
  await sandbox.write("pack/qa/scenarios/boots.md", SCENARIO);
  load();
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack", "--trust", "--slow", slow);
  return { exitCode, scenario: report?.scenarios[0], stdout };
}

test("a gateway that is stuck at its start is at fault, at any load", { timeout: 240_000 }, async () => {
  const { exitCode, scenario, stdout } = await boot("for (;;);", "0.1");
  expect(scenario?.failure, stdout).toMatchObject({ code: "gateway-stuck", fault: "product" });
  expect(scenario?.verdict).toBe("failed");
  expect(exitCode).toBe(1);
});

test("a gateway that gets on and is late is blocked by the machine's load", {
  timeout: 240_000,
}, async () => {
  const endless =
    "for (let line = 0; ; line += 1) { console.log('step', line); const until = Date.now() + 100; while (Date.now() < until); }";
  const { exitCode, scenario, stdout } = await boot(endless, "0.05");
  expect(scenario, stdout).toMatchObject({ verdict: "blocked", fault: "environment" });
  expect(scenario?.reason).toMatch(
    /the machine was too busy: something waited for a CPU \d+ % of the time \(the limit is 75 %\)/,
  );
  expect(exitCode).toBe(4);
});
