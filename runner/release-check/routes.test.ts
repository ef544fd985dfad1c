import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { statusDialect } from "../gateway/dialect.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import type { GatewayProgram } from "../gateway/process/program.ts";
import { startChildGateway } from "../gateway/process/start-child.ts";
import { FAKE_PROGRAM, gatewayStart } from "../gateway/testing/fixture.ts";
import { longCommand } from "../gateway/testing/long-command.ts";
import { checkUpdate } from "./check.ts";
import { updateThrough } from "./routes.ts";

/** An update that prints its result and then ends with 3. */
function failing(result: object, stderr = ""): string {
  const printed = JSON.stringify(JSON.stringify(result));
  return `console.log(${printed}); console.error(${JSON.stringify(stderr)}); process.exit(3)`;
}

test("an update on the command line that is aborted leaves no process behind", async () => {
  const { args, started, ended } = await longCommand();
  const start = gatewayStart();
  try {
    const gateway = await startChildGateway({ ...FAKE_PROGRAM, cliArgs: args }, start);
    const end = new AbortController();
    const updating = updateThrough("gateway update", gateway, "1.1.0", end.signal).catch(
      (error: unknown) => error,
    );
    await started();
    end.abort(new Error("enough"));
    expect(await updating).toMatchObject({ message: "enough" });
    await ended();
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});

test("an update that fails on the command line is told with its exit code and the end of its output", async () => {
  const start = gatewayStart();
  const said = {
    reason: "doctor-failed",
    postUpdate: { plugins: { failureFacts: [{ message: "no config" }] } },
  };
  const script = failing(said, `${"x".repeat(900)} no space left`);
  try {
    const gateway = await startChildGateway({ ...FAKE_PROGRAM, cliArgs: ["-e", script, "--"] }, start);
    const outcome = await updateThrough("gateway update", gateway, "1.1.0", start.signal);
    expect(outcome).toMatchObject({ ok: false, reason: "doctor-failed", facts: ["no config"] });
    expect(outcome.exit).toMatch(/^Packaged upgrade failed \(3\): …x+ no space left$/);
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});

test("an update that ends with another exit code has failed, whatever it says of itself", async () => {
  const start = gatewayStart();
  const script = failing({ status: "ok", after: { version: "1.1.0" }, steps: [{ exitCode: 0 }] });
  try {
    const gateway = await startChildGateway({ ...FAKE_PROGRAM, cliArgs: ["-e", script, "--"] }, start);
    const outcome = await updateThrough("gateway update", gateway, "1.1.0", start.signal);
    expect(outcome).toMatchObject({
      ok: false,
      version: "1.1.0",
      exit: expect.stringMatching(/^Packaged upgrade failed \(3\): /),
    });
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});

test("an update that fails because of the runner's own channel says nothing about the release", async () => {
  const fact = 'invalid config for plugin qa-channel: must not have additional properties: "groupAllowFrom"';
  const script = failing({ postUpdate: { plugins: { failureFacts: [{ message: fact }] } } });
  const kind: GatewayKind = {
    target: { kind: "embedded" },
    memoryBytes: 0,
    prepare: async () => {},
    start: (start) => startChildGateway({ ...FAKE_PROGRAM, cliArgs: ["-e", script, "--"] }, start),
  };
  const left: string[] = [];
  const options = {
    kind,
    signal: new AbortController().signal,
    onLeft: (problem: string) => left.push(problem),
  };
  const report = await checkUpdate("gateway update", ["1.2.3", "1.3.0"], options);
  expect(report).toMatchObject({
    passed: false,
    blocked: expect.stringContaining(`the runner's own channel`),
  });
  expect(report.blocked).toContain(fact);
  expect(left).toEqual([]);
});

test("of a service's update its own record is judged, and not that it says to have succeeded", async () => {
  const runs: JsonObject[] = [
    { runId: "old", status: "succeeded" },
    { status: "succeeded", verification: { runningVersion: "2026.9.6", serviceRunning: true } },
    // What 2026.9.5 says of an update after which nothing runs any more.
    { status: "succeeded", verification: { runningVersion: "2026.9.5" } },
    { status: "rolled-back", verification: { runningVersion: "2026.9.5", serviceRunning: true } },
  ];
  const start = gatewayStart();
  const updatePlan = { sourceVersion: "2026.9.5", targetTag: "latest", targetVersion: "2026.9.6" };
  const program: GatewayProgram = {
    ...FAKE_PROGRAM,
    target: "openclaw@2026.9.5",
    updatePlan: { ...updatePlan, notice: "versions", isService: true },
    dialect: (access) => ({
      ...statusDialect(access),
      call: async (method) =>
        method === "update.run"
          ? { ok: true, runId: "new", result: {} }
          : { lastRun: { runId: "new", reason: "why", ...runs.shift() } },
    }),
  };
  try {
    const gateway = await startChildGateway(program, start);
    const outcomes: object[] = [];
    while (runs.length > 0) {
      outcomes.push(await updateThrough("update.run", gateway, "2026.9.6", start.signal));
    }
    expect(outcomes).toMatchObject([
      { ok: true, exit: "status succeeded", version: "2026.9.6", reason: "why" },
      { ok: false, exit: "status succeeded", version: "2026.9.5" },
      { ok: false, exit: "status rolled-back", version: "2026.9.5" },
    ]);
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});
