import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { EMBEDDED, parseGatewayTarget } from "../../base/target.ts";
import { Teardown } from "../../base/teardown.ts";
import { isAlive } from "../../base/testing/processes.ts";
import { QaBus } from "../../channel/bus.ts";
import { serveBus } from "../../channel/server.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "../gateway.ts";
import { resolveGatewayKind } from "../kinds.ts";
import { gatewayStart } from "../testing/fixture.ts";

const started: GatewayStart[] = [];
let kind: GatewayKind;
const runTeardown = new Teardown();

beforeAll(async () => {
  kind = await resolveGatewayKind(EMBEDDED, { env: {}, teardown: runTeardown });
  await kind.prepare(new AbortController().signal);
});

afterEach(async () => {
  const problems = await Promise.all(started.splice(0).map(({ teardown }) => teardown.run(10_000)));
  expect(problems.flat()).toEqual([]);
});

/** With a bus of its own: the gateway is not ready before its channel is connected. */
async function begin(extra: Partial<GatewayStart> = {}): Promise<GatewayStart> {
  const start = gatewayStart(extra);
  started.push(start);
  const { url } = await serveBus(new QaBus(start.wakeups), start.teardown);
  return { ...start, busUrl: url };
}

const startGateway = async (extra?: Partial<GatewayStart>): Promise<GatewayUnderTest> =>
  kind.start(await begin(extra));

async function patch(gateway: GatewayUnderTest, change: JsonObject): Promise<JsonObject> {
  const { hash } = await gateway.call("config.get");
  return gateway.call("config.patch", { raw: JSON.stringify(change), baseHash: hash, restartDelayMs: 0 });
}

test("it starts, says who it is, and goes without a trace", async () => {
  const start = await begin();
  const gateway = await kind.start(start);
  const identity = await gateway.identity();
  expect(identity).toMatchObject({
    pid: gateway.pid,
    version: gateway.facts.version,
    bootId: gateway.facts.bootId,
  });
  expect(gateway.facts).toMatchObject({ target: "embedded", protocol: 4, buildId: expect.any(String) });
  expect(gateway.logs()).not.toContain(gateway.token);
  await gateway.waitHealthy(10_000);

  const { pid = 0, tempRoot } = gateway;
  expect(await start.teardown.run(10_000)).toEqual([]);
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(tempRoot)).toBe(false);
});

test("a hot change keeps the process and counts the generation, a restart changes the boot id", async () => {
  const gateway = await startGateway();
  const before = await gateway.identity();
  await patch(gateway, { messages: { groupChat: { mentionPatterns: [] } } });
  const hot = await gateway.identity();
  expect(hot).toMatchObject({ bootId: before.bootId, generation: before.generation + 1 });

  await gateway.restart();
  const restarted = await gateway.identity();
  expect(restarted.bootId).not.toBe(before.bootId);
  expect(restarted.pid).toBe(gateway.pid);
  expect(restarted.pid).toBe(before.pid);
});

test("calls on their way when it restarts reject, and later ones reach the new process", async () => {
  const gateway = await startGateway();
  const before = await gateway.identity();
  const outcomes = new Set<string>();
  const restarted = new Promise<void>((resolve) => {
    gateway.onEvent(({ event }) => event === "shutdown" && resolve());
  });
  await gateway.call("gateway.restart.request", { delayMs: 0 });
  const calls = Array.from({ length: 20 }, () =>
    gateway.call("config.get").then(
      () => "answered",
      (error: QaError) => error.code,
    ),
  );
  for (const outcome of await Promise.all(calls)) outcomes.add(outcome);
  await restarted;
  expect([...outcomes].filter((outcome) => !["answered", "gateway-restarted"].includes(outcome))).toEqual([]);
  await gateway.restart();
  expect((await gateway.identity()).bootId).not.toBe(before.bootId);
});

test("the config can be changed while it is down", async () => {
  const gateway = await startGateway();
  const { pid } = gateway;
  await gateway.restartAfterStateMutation(async ({ configPath }) => {
    const config = JSON.parse(await readFile(configPath, "utf8")) as JsonObject;
    await writeFile(configPath, JSON.stringify({ ...config, ui: { assistant: { name: "changed" } } }));
  });
  expect(gateway.pid).not.toBe(pid);
  expect(await gateway.call("config.get")).toMatchObject({
    config: { ui: { assistant: { name: "changed" } } },
  });
});

test("a process that dies is a crash, for calls and for listeners", async () => {
  const gateway = await startGateway();
  const crashed = Promise.withResolvers<QaError>();
  gateway.onCrash(crashed.resolve);
  process.kill(gateway.pid ?? 0, "SIGKILL");
  const error = await crashed.promise;
  expect(error).toMatchObject({ code: "gateway-crashed" });
  expect(error.message).toContain("signal SIGKILL");
  await expect(gateway.call("config.get")).rejects.toBe(error);
});

test("a config that it refuses fails the start with its own words", async () => {
  const start = startGateway({ configPatches: [{ channelz: {} }] });
  await expect(start).rejects.toMatchObject({
    code: "gateway-start-failed",
    details: expect.stringContaining("channelz"),
  });
});

test("as a running gateway it can be read, not written", async () => {
  const running = await startGateway();
  const remote = await resolveGatewayKind(parseGatewayTarget(running.wsUrl), {
    env: { GATEWAY_QA_TOKEN: running.token },
    teardown: runTeardown,
  });
  const gateway = await remote.start(await begin());
  expect(await gateway.identity()).toEqual(await running.identity());
  await expect(patch(gateway, { ui: {} })).rejects.toMatchObject({ capability: "operator-admin" });
});

test("without its runner it ends and takes its temp root along", async () => {
  const script = fileURLToPath(new URL("../testing/run-embedded.ts", import.meta.url));
  const runner = execa(process.execPath, [script], { reject: false });
  const { value: line } = await runner[Symbol.asyncIterator]().next();
  const { pid, tempRoot } = JSON.parse(String(line)) as { pid: number; tempRoot: string };
  expect(isAlive(pid)).toBe(true);
  runner.kill("SIGKILL");
  await runner;
  await expect
    .poll(() => isAlive(pid) || existsSync(tempRoot), { timeout: 20_000, interval: 20 })
    .toBe(false);
});
