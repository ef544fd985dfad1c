import { expect, test } from "vitest";
import { startChildGateway } from "../gateway/process/start-child.ts";
import { FAKE_PROGRAM, gatewayStart } from "../gateway/testing/fixture.ts";
import { longCommand } from "../gateway/testing/long-command.ts";
import { updateThrough } from "./routes.ts";

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
  const script = `console.log('{"reason": "doctor-failed"}'); console.error("${"x".repeat(900)} no space left"); process.exit(3)`;
  try {
    const gateway = await startChildGateway({ ...FAKE_PROGRAM, cliArgs: ["-e", script, "--"] }, start);
    const outcome = await updateThrough("gateway update", gateway, "1.1.0", start.signal);
    expect(outcome).toMatchObject({ ok: false, reason: "doctor-failed" });
    expect(outcome.exit).toMatch(/^Packaged upgrade failed \(3\): …x+ no space left$/);
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});

test("an update that ends with another exit code has failed, whatever it says of itself", async () => {
  const start = gatewayStart();
  const payload = { status: "ok", after: { version: "1.1.0" }, steps: [{ exitCode: 0 }] };
  const script = `console.log(${JSON.stringify(JSON.stringify(payload))}); process.exit(1)`;
  try {
    const gateway = await startChildGateway({ ...FAKE_PROGRAM, cliArgs: ["-e", script, "--"] }, start);
    const outcome = await updateThrough("gateway update", gateway, "1.1.0", start.signal);
    expect(outcome).toMatchObject({
      ok: false,
      version: "1.1.0",
      exit: expect.stringMatching(/^Packaged upgrade failed \(1\): /),
    });
  } finally {
    expect(await start.teardown.run(10_000)).toEqual([]);
  }
});
