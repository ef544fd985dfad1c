import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectNothingLeft } from "./testing/left.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** A turn that never ends, while the scenario waits for its reply. */
const HANGING = scenarioText(
  "hangs",
  `  - name: asks
    actions:
      - call: runAgentPrompt
        args:
          - ref: env
          - sessionKey: agent:qa:hangs
            message: "Reply exactly: never"
            timeoutMs: 60000
  - name: is never reached
    actions: [{ call: reset }]`,
  "execution: { timeoutMs: 2000 }\n",
);

/** Resolves once the run has begun its first step. */
async function firstStepOf(sandbox: Sandbox): Promise<void> {
  await expect
    .poll(() => readFile(join(sandbox.reportFolder, "events.jsonl"), "utf8").catch(() => ""), {
      timeout: 30_000,
    })
    .toContain('"statement-started"');
}

test.for(["SIGINT", "SIGQUIT"] as const)(
  "%s in the middle of a turn ends with 130, a report and nothing left",
  async (signal) => {
    const sandbox = await Sandbox.create();
    await sandbox.write("pack/test/hangs.md", HANGING.replace("2000", "60000"));
    const child = sandbox.start("run", "hangs", "--pack", "pack", "--fault", "turn-hang");
    const exited = once(child, "exit");
    await firstStepOf(sandbox);
    process.kill(-(child.pid ?? 0), signal);
    const [code] = await exited;
    expect(code).toBe(130);
    const report = await sandbox.report();
    expect(report).toMatchObject({ interrupted: true, exitCode: 130, counts: { passed: 0 } });
    expect(report?.scenarios[0]?.failure).toMatchObject({ code: "interrupted", step: { name: "asks" } });
    await expectNothingLeft(sandbox);
  },
);

test("a killed runner takes its gateway and its folders with it", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/hangs.md", HANGING.replace("2000", "60000"));
  const child = sandbox.start("run", "hangs", "--pack", "pack", "--fault", "turn-hang");
  const exited = once(child, "exit");
  await firstStepOf(sandbox);
  expect((await sandbox.processes()).length).toBeGreaterThanOrEqual(2);
  child.kill("SIGKILL");
  await exited;
  await expectNothingLeft(sandbox);
  expect(await sandbox.report()).toMatchObject({ interrupted: true, counts: { passed: 0 } });
});

test("a gateway that dies in the middle of a turn fails the scenario at once, with the end of its log", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/hangs.md", HANGING.replace("2000", "60000"));
  const { exitCode, report } = await sandbox.qa("run", "hangs", "--pack", "pack", "--fault", "turn-crash");
  expect(exitCode).toBe(1);
  expect(report?.scenarios[0]).toMatchObject({
    verdict: "failed",
    failure: { code: "gateway-crashed", fault: "product", step: { name: "asks" } },
    steps: [{ status: "failed" }, { name: "is never reached", status: "not-reached" }],
  });
  await expectNothingLeft(sandbox);
});

test("a hang ends at the scenario's deadline, and the failure says where it hung", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/hangs.md", HANGING);
  const { exitCode, report } = await sandbox.qa("run", "hangs", "--pack", "pack", "--fault", "turn-hang");
  expect(exitCode).toBe(1);
  expect(report?.scenarios[0]?.failure).toMatchObject({
    code: "scenario-timeout",
    statement: "call runAgentPrompt",
    step: { name: "asks" },
  });
  await expectNothingLeft(sandbox);
});

test("a gateway that cannot start is a failure with its log, and leaves nothing behind", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/unbootable.md",
    scenarioText(
      "unbootable",
      "  - name: runs\n    actions: [{ call: reset }]",
      "gatewayConfigPatch: { gateway: { port: eighty } }\n",
    ),
  );
  const { exitCode, report } = await sandbox.qa("run", "unbootable", "--pack", "pack");
  expect(exitCode).toBe(1);
  expect(report?.scenarios[0]?.failure).toMatchObject({ code: "gateway-start-failed" });
  expect(JSON.stringify(report)).toContain("gateway.port");
  const log = report?.scenarios[0]?.evidence.find(({ kind }) => kind === "gateway log");
  expect(await readFile(join(sandbox.reportFolder, log?.path ?? ""), "utf8")).toContain("gateway.port");
  await expectNothingLeft(sandbox);
});

test("no token and no key reaches a report, whatever the scenario does with them", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/leaks.md",
    scenarioText(
      "leaks",
      `  - name: shows its token
    actions:
      - set: token
        value: { ref: env.gateway.token }
      - assert:
          expr: "token === 'something else'"
          message: { expr: "\`the token is \${token}\`" }`,
    ),
  );
  const { report, stdout } = await sandbox.qa("run", "leaks", "--pack", "pack");
  const failure = report?.scenarios[0]?.failure;
  const [shown = ""] = /\[redacted \d\]$/.exec(failure?.message ?? "") ?? [];
  expect(failure?.message).toBe(`the token is ${shown}`);
  expect(failure?.values).toEqual([{ expression: "token", value: expect.stringContaining(shown) }]);
  expect(stdout).toContain(shown);
});
