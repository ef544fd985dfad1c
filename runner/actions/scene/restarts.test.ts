import { expect, test } from "vitest";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { Scene } from "./scene.ts";

function process(bootId: string): GatewayIdentity {
  return { bootId, version: "1.0.0", pid: 1, generation: 0 };
}

const [first, second, third] = [process("1"), process("2"), process("3")];

/** A scene whose last change was made in the first process. */
async function changed(): Promise<Scene> {
  const gateway = { capabilities: new Set<string>() };
  const scene = new Scene({ gateway, bus: { outboundMessages: () => [] }, model: undefined } as never);
  await scene.acting("writes", async () => first);
  return scene;
}

const neverAsked = () => Promise.reject(new Error("nobody asks"));

test("a restart that was waited for, or seen, is past when the next statement acts; one that is still to come is not", async () => {
  const scene = await changed();
  await scene.acting("converses", neverAsked);
  expect(scene.restartFrom).toEqual(first);
  scene.saw(second);
  expect(scene.restartFrom).toEqual(first);
  await scene.acting("converses", neverAsked);
  expect(scene.restartFrom).toEqual(second);
  expect(scene.hasPastRestart).toBe(true);
  // A hot reload is still compared with the process that the change was made in.
  expect(scene.before).toEqual(first);
  scene.restarted(third);
  expect(scene.restartFrom).toEqual(third);
  await scene.acting("writes", async () => third);
  expect(scene.hasPastRestart).toBe(false);
});

test("an outage was measured only of a process that the step did not begin with", async () => {
  const scene = await changed();
  scene.stepBegins();
  scene.saw(second);
  expect(scene.wasThere(second)).toBe(false);
  scene.stepBegins();
  expect(scene.wasThere(second)).toBe(true);
});
