import { afterEach, beforeEach, expect, test } from "vitest";
import { Injections } from "../../base/border-faults.ts";
import { Teardown } from "../../base/teardown.ts";
import { startChildGateway } from "../process/start-child.ts";
import { FAKE_PROGRAM, gatewayStart } from "../testing/fixture.ts";
import { startBreakingProxy } from "./breaking-proxy.ts";

let teardown: Teardown;

beforeEach(() => {
  teardown = new Teardown();
});

afterEach(async () => {
  expect(await teardown.run(10_000)).toEqual([]);
});

/** A gateway whose connection is broken like that, from its first call on. */
async function behindProxy(...faults: string[]) {
  const injections = new Injections(faults, "seed");
  const edited: string[] = [];
  const gateway = await startChildGateway(
    FAKE_PROGRAM,
    gatewayStart({
      teardown,
      borders: {
        endedByFault: () => false,
        rpc: (port) =>
          startBreakingProxy(port, {
            ...{ injections, teardown, isArmed: () => true },
            editConfig: async () => void edited.push("by hand"),
          }),
      },
    }),
  );
  return { gateway, injections, edited };
}

test("a healthy connection is passed on as it is, and calls are counted", async () => {
  const { gateway, injections } = await behindProxy();
  const long = "x".repeat(100_000);
  expect(await gateway.call("echo", { long, short: "ä" })).toEqual({ long, short: "ä" });
  const before = await gateway.identity();
  await gateway.restart();
  expect((await gateway.identity()).bootId).not.toBe(before.bootId);
  // One is of the test, and one asks for the restart.
  expect(injections.timesAt("rpc.cut")).toBe(2);
});

test("a call whose answer is lost with the connection is asked again, but for a config write", async () => {
  const { gateway, injections } = await behindProxy("rpc.cut", "rpc.cut@3");
  expect(await gateway.call("echo", { n: 1 })).toEqual({ n: 1 });
  expect(injections.asked).toEqual([
    { name: "rpc.cut", injected: 1, how: "echo" },
    { name: "rpc.cut@3", injected: 0 },
  ]);
  await expect(gateway.call("config.patch", {})).rejects.toMatchObject({ code: "rpc-closed" });
  expect(injections.asked[1]).toEqual({ name: "rpc.cut@3", injected: 1, how: "config.patch" });
});

test("a call comes twice, and has one answer", async () => {
  const { gateway, injections } = await behindProxy("rpc.duplicate@2");
  expect(await gateway.call("echo", { n: 1 })).toEqual({ n: 1 });
  expect(await gateway.call("echo", { n: 2 })).toEqual({ n: 2 });
  expect(await gateway.call("echo", { n: 3 })).toEqual({ n: 3 });
  expect(injections.asked).toEqual([{ name: "rpc.duplicate@2", injected: 1, how: "echo" }]);
});

test("a call comes after the next one; one without a next is none", async () => {
  const { gateway, injections } = await behindProxy("rpc.reorder");
  // It is answered after the next echo, which comes before it here.
  const later = gateway.call("later", { n: 1 });
  expect(await gateway.call("echo", { n: 2 })).toEqual({ n: 2 });
  expect(injections.asked).toEqual([{ name: "rpc.reorder", injected: 1, how: "after echo" }]);
  await gateway.call("echo", {});
  expect(await later).toEqual({ n: 1 });
  const alone = await behindProxy("rpc.reorder");
  expect(await alone.gateway.call("echo", { n: 3 })).toEqual({ n: 3 });
  expect(alone.injections.asked).toEqual([{ name: "rpc.reorder", injected: 0 }]);
});

test("the config is edited before a call that writes it", async () => {
  const { gateway, injections, edited } = await behindProxy("files.edited");
  await gateway.call("echo", {});
  expect(edited).toEqual([]);
  await gateway.call("config.patch", {});
  expect(edited).toEqual(["by hand"]);
  expect(injections.asked[0]?.injected).toBe(1);
});
