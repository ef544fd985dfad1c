import { expect, test } from "vitest";
import { EMBEDDED } from "../../base/target.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "../../gateway/gateway.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { Outcome } from "../attempt/outcome.ts";
import type { PreparedScenario } from "../prepared.ts";
import { TestbedPool } from "./pool.ts";

const PASSED: Outcome = { verdict: "passed", notReached: [] };
const FAILED: Outcome = { verdict: "failed", notReached: [] };

/** Gateways that only say whether they live. */
function countingKind() {
  const alive = new Set<number>();
  let started = 0;
  const start = async ({ teardown }: GatewayStart) => {
    const pid = ++started;
    alive.add(pid);
    teardown.defer("gateway", () => alive.delete(pid));
    const capabilities = new Set(["logs"]);
    const call = async () => ({ config: {}, environment: { HOME: "a digest" } });
    const identity = async () => ({ bootId: "boot" });
    return {
      capabilities,
      call,
      identity,
      tempRoot: "/nowhere",
      logs: () => "",
      markLogs: () => 0,
      readLogsSince: () => "",
      bootTimings: {},
      get pid() {
        return alive.has(pid) ? pid : undefined;
      },
    } as unknown as GatewayUnderTest;
  };
  return { kind: { target: EMBEDDED, start } as unknown as GatewayKind, alive, started: () => started };
}

function prepared(id: string, sharable: boolean): PreparedScenario {
  const scenario = { id, meta: {}, pack: {} } as unknown as Scenario;
  return {
    scenario,
    flow: undefined,
    named: true,
    sharing: sharable ? { may: true } : { may: false, because: "" },
  };
}

function poolOn(kind: GatewayKind, share: boolean): TestbedPool {
  const signal = new AbortController().signal;
  return new TestbedPool({ gateway: kind, scriptedModel: true, faults: [], signal, share });
}

async function use(testbeds: TestbedPool, scenario: PreparedScenario, outcome = PASSED, isLast = true) {
  const testbed = testbeds.take(scenario);
  await testbed.ready;
  await testbeds.begin(testbed, scenario);
  return testbeds.give(testbed, scenario, outcome, isLast);
}

test("scenarios that may share do, one that may not gets a gateway of its own", async () => {
  const { kind, alive, started } = countingKind();
  const testbeds = poolOn(kind, true);
  for (const scenario of [prepared("a", true), prepared("b", false), prepared("c", true)]) {
    await use(testbeds, scenario);
  }
  expect(started()).toBe(2);
  expect(alive.size).toBe(1);
  await testbeds.close();
  expect(alive.size).toBe(0);
});

test("no scenario gets a gateway on which something did not pass, or that is gone", async () => {
  const { kind, alive, started } = countingKind();
  const testbeds = poolOn(kind, true);
  await use(testbeds, prepared("a", true), FAILED);
  await use(testbeds, prepared("b", true));
  expect(started()).toBe(2);
  const crashed = prepared("c", true);
  const testbed = testbeds.take(crashed);
  await testbed.ready;
  alive.clear();
  await testbeds.give(testbed, crashed, PASSED, true);
  await use(testbeds, prepared("d", true));
  expect(started()).toBe(3);
  await testbeds.close();
});

test("repeated attempts do not pile up gateways", async () => {
  const { kind, alive } = countingKind();
  const testbeds = poolOn(kind, true);
  for (const scenario of [prepared("a", true), prepared("b", true)]) {
    for (let attempt = 1; attempt <= 5; attempt += 1) await use(testbeds, scenario, PASSED, attempt === 5);
    expect(alive.size).toBe(1);
  }
  await testbeds.close();
});

test("a gateway is started ahead once, and not for a scenario whose turn has come", async () => {
  const { kind, alive, started } = countingKind();
  const testbeds = poolOn(kind, false);
  const [first, second] = [prepared("a", false), prepared("b", false)];
  await use(testbeds, first);
  testbeds.prepare(first);
  testbeds.prepare(second);
  testbeds.prepare(second);
  await use(testbeds, second);
  expect(started()).toBe(2);
  testbeds.prepare(prepared("c", false));
  await testbeds.close();
  expect(alive.size).toBe(0);
});

test("a shared gateway gets a spare one once one like it did not stay", async () => {
  const { kind, started } = countingKind();
  const testbeds = poolOn(kind, true);
  const [first, second, third] = [prepared("a", true), prepared("b", true), prepared("c", true)];
  const testbed = testbeds.take(first);
  await testbed.ready;
  testbeds.prepare(second);
  expect(started()).toBe(1);
  await testbeds.give(testbed, first, FAILED, true);
  const next = testbeds.take(second);
  await next.ready;
  testbeds.prepare(third);
  testbeds.prepare(prepared("d", true));
  await next.ready;
  await use(testbeds, third);
  expect(started()).toBe(3);
  await testbeds.give(next, second, FAILED, true);
  await testbeds.close();
});
