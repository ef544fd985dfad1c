import { existsSync, statSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, expect, test } from "vitest";
import { QaError } from "../../base/errors.ts";
import { isAlive } from "../../base/testing/processes.ts";
import type { GatewayStart, GatewayUnderTest } from "../gateway.ts";
import { RpcError } from "../rpc/errors.ts";
import { FAKE_PROGRAM, gatewayStart } from "../testing/fixture.ts";
import { startChildGateway } from "./start-child.ts";

const started: GatewayStart[] = [];

function begin(extra: Partial<GatewayStart> = {}): GatewayStart {
  const start = gatewayStart(extra);
  started.push(start);
  return start;
}

const startFake = (extra?: Partial<GatewayStart>): Promise<GatewayUnderTest> =>
  startChildGateway(FAKE_PROGRAM, begin(extra));

async function errorOf(promise: Promise<unknown>): Promise<QaError> {
  const error = await promise.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(QaError);
  return error as QaError;
}

afterEach(async () => {
  const problems = await Promise.all(started.splice(0).map(({ teardown }) => teardown.run(10_000)));
  expect(problems.flat()).toEqual([]);
});

test("answers reach their calls, in whatever order they come", async () => {
  const gateway = await startFake();
  const calls = [1, 2, 3].map((n) => gateway.call("later", { n }));
  expect(await gateway.call("echo", { n: 4 })).toEqual({ n: 4 });
  expect(await Promise.all(calls)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test("a method that answers more than once is answered by the first, and the rest bothers nobody", async () => {
  const gateway = await startFake();
  const twice = gateway.call("twice");
  expect(await gateway.call("echo", { n: 1 })).toEqual({ n: 1 });
  expect(await twice).toEqual({ status: "accepted" });
});

test("a gateway that starts says who it is and what the start cost", async () => {
  const gateway = await startFake();
  const { bootId, pid } = await gateway.identity();
  expect(gateway.facts).toMatchObject({ target: "fake", version: "1.2.3", protocol: 4, bootId, pid });
  expect(gateway.pid).toBe(pid);
  expect(gateway.bootTimings?.rpcMs).toBeGreaterThanOrEqual(gateway.bootTimings?.readyMs ?? Number.NaN);
});

test("a call without an answer ends at its limit, one that is no longer wanted ends at once", async () => {
  const gateway = await startFake();
  const error = await errorOf(gateway.call("hang", {}, { timeoutMs: 30 }));
  expect(error.code).toBe("rpc-timeout");
  expect(error.message).toBe("hang: no answer within 30 ms");
  expect(error.details).toContain("listening");

  const controller = new AbortController();
  const call = gateway.call("hang", {}, { signal: controller.signal });
  controller.abort(new Error("step timed out"));
  await expect(call).rejects.toThrow("step timed out");
});

test("a refusal keeps the gateway's code and advice, and never the token", async () => {
  const gateway = await startFake();
  const refused = await errorOf(gateway.call("refuse"));
  expect(refused).toBeInstanceOf(RpcError);
  expect(refused).toMatchObject({ code: "rpc-error", rpcCode: "INVALID_REQUEST", retryable: false });
  expect(refused.message).toBe("refuse was refused: no, [redacted 1] (INVALID_REQUEST)");
  expect(refused.details).toContain("a.b");
  expect(refused.details).not.toContain(gateway.token);
  expect(await errorOf(gateway.call("busy"))).toMatchObject({ retryable: true, retryAfterMs: 250 });
  expect(await errorOf(gateway.call("list"))).toMatchObject({ code: "bad-answer" });
});

test("a call on its way when the gateway restarts rejects; the next one waits for the new process", async () => {
  const gateway = await startFake();
  const before = await gateway.identity();
  const onItsWay = errorOf(gateway.call("hang"));
  const restart = errorOf(gateway.call("restart"));
  expect((await onItsWay).code).toBe("gateway-restarted");
  expect((await restart).hint).toContain("read the state again");
  expect((await gateway.identity()).bootId).not.toBe(before.bootId);
});

test("a connection that only drops is made again, and is not taken for a restart", async () => {
  const gateway = await startFake();
  const before = await gateway.identity();
  const error = await errorOf(gateway.call("replace"));
  expect(error.code).toBe("rpc-closed");
  expect(error.message).toContain("1006");
  expect(await gateway.identity()).toEqual(before);
});

test("restart waits for another boot id", async () => {
  const gateway = await startFake();
  const before = await gateway.identity();
  await gateway.restart();
  expect((await gateway.identity()).bootId).not.toBe(before.bootId);
});

test("a crash ends calls and waits with the exit code and the end of the log", async () => {
  const gateway = await startFake();
  const crashed = Promise.withResolvers<QaError>();
  gateway.onCrash(crashed.resolve);
  const waiting = errorOf(gateway.call("hang"));
  const error = await errorOf(gateway.call("crash"));
  expect(error.code).toBe("gateway-crashed");
  expect(error.message).toContain("exit code 9");
  expect(error.details).toContain("panic while holding [redacted 1]");
  expect(await waiting).toBe(error);
  expect(await crashed.promise).toBe(error);
  expect(await errorOf(gateway.call("echo"))).toBe(error);
  expect((await errorOf(gateway.waitHealthy(30_000))).code).toBe("gateway-crashed");
  expect(gateway.pid).toBeUndefined();
});

test("a process that the scenario ends is not a crash", async () => {
  const gateway = await startFake();
  let crashes = 0;
  gateway.onCrash(() => {
    crashes += 1;
  });
  const call = errorOf(gateway.call("hang"));
  gateway.signalProcess("SIGKILL");
  expect((await call).message).toContain("signal SIGKILL");
  expect(crashes).toBe(0);
});

test("the state can be changed while the process is down; it comes back on the same port", async () => {
  const gateway = await startFake();
  const { pid } = gateway;
  const onItsWay = errorOf(gateway.call("hang"));
  await gateway.restartAfterStateMutation(async ({ pid: running, configPath }) => {
    expect(running).toBeUndefined();
    const config = JSON.parse(await readFile(configPath, "utf8")) as object;
    await writeFile(configPath, JSON.stringify({ ...config, changed: true }));
  });
  expect((await onItsWay).code).toBe("gateway-restarted");
  expect(gateway.pid).not.toBe(pid);
  expect(await gateway.call("echo", { back: true })).toEqual({ back: true });
  expect(await readFile(gateway.configPath, "utf8")).toContain('"changed":true');
});

test("events arrive and wake waits; the log has neither colours nor credentials", async () => {
  const start = begin();
  const gateway = await startChildGateway(FAKE_PROGRAM, start);
  const mark = gateway.markLogs();
  const logged = Promise.withResolvers<void>();
  start.wakeups.subscribe(() => {
    if (gateway.readLogsSince(mark).includes("key")) logged.resolve();
  });
  const event = new Promise((resolve) => gateway.onEvent(resolve));
  await gateway.call("leak");
  expect(await event).toEqual({ event: "leaked", payload: {} });
  await logged.promise;
  expect(gateway.readLogsSince(mark)).toBe("key [redacted 2] token [redacted 1]\n");
  expect(gateway.logs()).not.toContain(gateway.token);
});

test("the process is isolated: folders of its own, private files, no provider keys", async () => {
  process.env.GATEWAY_QA_TEST_API_KEY = "sk-must-not-be-seen";
  const gateway = await startFake({ env: { FAKE_START: "" } });
  delete process.env.GATEWAY_QA_TEST_API_KEY;
  const env = (await (await fetch(`${gateway.baseUrl}/env`)).json()) as Record<string, string>;
  expect(JSON.stringify(env)).not.toContain("sk-must-not-be-seen");
  for (const name of ["HOME", "OPENCLAW_STATE_DIR", "XDG_CONFIG_HOME", "TMPDIR"]) {
    expect(env[name]).toContain(gateway.tempRoot);
  }
  expect(statSync(gateway.tempRoot).mode & 0o777).toBe(0o700);
  expect(statSync(gateway.configPath).mode & 0o777).toBe(0o600);
});

test("a start that fails says why at once, with the log", async () => {
  const error = await errorOf(startFake({ env: { FAKE_START: "exit" } }));
  expect(error).toMatchObject({ code: "gateway-start-failed", fault: "product" });
  expect(error.message).toContain("exit code 3");
  expect(error.details).toContain("config is broken");
});

test("a start that ends by a limit of the gateway's own is the machine's fault", async () => {
  const error = await errorOf(startFake({ env: { FAKE_START: "late-lease" } }));
  expect(error).toMatchObject({ code: "gateway-start-failed", fault: "environment" });
  expect(error.message).toContain("did not keep a limit of its own start: exit code 1");
});

test("a port that another process took is exchanged for a free one", async () => {
  const gateway = await startFake({ env: { FAKE_START: "port-taken-once" } });
  expect(gateway.logs()).toContain("EADDRINUSE");
  expect(await gateway.call("echo", {})).toEqual({});
});

test("a port where another run's gateway answers is exchanged too", async () => {
  const gateway = await startFake({ env: { FAKE_START: "stranger-once" } });
  expect(gateway.logs().match(/listening/g)).toHaveLength(2);
  expect(await gateway.call("echo", {})).toEqual({});
});

test("an abort during the start ends the process", async () => {
  const controller = new AbortController();
  const start = begin({ env: { FAKE_START: "not-ready" }, signal: controller.signal });
  start.wakeups.subscribe(() => controller.abort(new Error("interrupted")));
  await expect(startChildGateway(FAKE_PROGRAM, start)).rejects.toThrow("interrupted");
});

test("teardown leaves neither the process nor the temp root", async () => {
  const start = begin();
  const gateway = await startChildGateway(FAKE_PROGRAM, start);
  const { pid = 0, tempRoot } = gateway;
  expect(await start.teardown.run(10_000)).toEqual([]);
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(tempRoot)).toBe(false);
  expect((await errorOf(gateway.call("echo"))).code).toBe("rpc-closed");
});

test("a process that will not stop is ended, and with it what it started", async () => {
  const start = begin();
  const gateway = await startChildGateway(FAKE_PROGRAM, start);
  const { descendant } = await gateway.call("stubborn");
  const pids = [gateway.pid, descendant].map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect(await start.teardown.run(20_000)).toEqual([]);
  await expect.poll(() => pids.map(isAlive), { timeout: 20_000, interval: 20 }).toEqual([false, false]);
});

test("a temp root that is to be kept stays", async () => {
  const start = begin({ keepTemp: true });
  const { tempRoot } = await startChildGateway(FAKE_PROGRAM, start);
  expect(await start.teardown.run(10_000)).toEqual([]);
  expect(existsSync(tempRoot)).toBe(true);
  await rm(tempRoot, { recursive: true });
});

test("a gateway outlives its killed runner by no more than a moment", async () => {
  const runner = execa(
    process.execPath,
    [fileURLToPath(new URL("../testing/run-fake.ts", import.meta.url))],
    {
      reject: false,
      forceKillAfterDelay: false,
    },
  );
  const { value: line } = await runner[Symbol.asyncIterator]().next();
  const { pid, tempRoot } = JSON.parse(String(line)) as { pid: number; tempRoot: string };
  expect(isAlive(pid)).toBe(true);
  runner.kill("SIGKILL");
  await runner;
  await expect.poll(() => isAlive(pid), { timeout: 20_000, interval: 20 }).toBe(false);
  await expect.poll(() => existsSync(tempRoot), { timeout: 20_000, interval: 20 }).toBe(false);
});
