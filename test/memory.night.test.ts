import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** A group of processes that may use 150 MB; undefined where this user cannot make one. */
function smallGroup(): string | undefined {
  for (const [root, limit] of [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ]) {
    const folder = `${root}/gateway-qa-test-${process.pid}`;
    try {
      mkdirSync(folder);
      writeFileSync(`${folder}/${limit}`, String(150 * 1024 * 1024));
      return folder;
    } catch {
      // Another version of the system's, or not ours to change.
    }
  }
  return undefined;
}

test("a gateway that the system ends for want of memory is the environment's fault", {
  timeout: 120_000,
}, async ({ skip }) => {
  const group = smallGroup();
  if (group === undefined) return skip("no group of processes with a limit can be made here");
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/fixtures/plugins/hungry/index.js",
    `import { writeFileSync } from "node:fs";
export default {
  register() {
    writeFileSync(${JSON.stringify(`${group}/cgroup.procs`)}, String(process.pid));
    for (const eaten = []; ; ) eaten.push(Buffer.alloc(8 * 1024 * 1024, 1));
  },
};
`,
  );
  await sandbox.write(
    "pack/fixtures/plugins/hungry/openclaw.plugin.json",
    JSON.stringify({ id: "hungry", version: "1.0.0", contracts: {}, activation: { onStartup: true } }),
  );
  await sandbox.write(
    "pack/fixtures/plugins/hungry/package.json",
    JSON.stringify({ name: "hungry", version: "1.0.0", type: "module" }),
  );
  const steps = "  - name: adds\n    actions: [{ set: sum, value: { expr: 1 + 1 } }]";
  await sandbox.write(
    "pack/eats.md",
    scenarioText("eats", steps, "plugins: [hungry]\ngateways: [embedded]\n"),
  );
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack", "--trust");
  rmdirSync(group);
  expect(report?.scenarios[0]?.failure, stdout).toMatchObject({
    code: "gateway-out-of-memory",
    fault: "environment",
  });
  expect(exitCode).toBe(4);
});
