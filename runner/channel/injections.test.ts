import { afterEach, beforeEach, expect, test } from "vitest";
import { Injections } from "../base/border-faults.ts";
import { Teardown } from "../base/teardown.ts";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "./bus.ts";
import { BARRIER } from "./defaults.ts";
import { serveBus } from "./server.ts";
import type { PollResult } from "./types.ts";

let teardown: Teardown;

beforeEach(() => {
  teardown = new Teardown();
});

afterEach(async () => {
  expect(await teardown.run(5_000)).toEqual([]);
});

async function broken(fault: string) {
  const injections = new Injections([fault], "seed");
  const bus = new QaBus(new Wakeups(), injections);
  const { url } = await serveBus(bus, teardown);
  const post = async (path: string, body: object) => {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as PollResult };
  };
  const say = (text: string, id = "alice") =>
    bus.addInboundMessage({ conversation: { id, kind: "direct" }, senderId: "alice", text });
  const polled = async (cursor = 0) => {
    const { body } = await post("/v1/poll", { cursor, timeoutMs: 10_000 });
    return body.events.flatMap((event) => ("message" in event ? [event.message.text] : []));
  };
  return { bus, injections, post, say, polled };
}

const inState = (bus: QaBus) => bus.getSnapshot().messages.map(({ text }) => text);

test("a message comes twice, and is there once", async () => {
  const { bus, say, polled, injections } = await broken("channel.twice@2");
  for (const text of ["one", "two", "three"]) say(text);
  expect(await polled()).toEqual(["one", "two", "two", "three"]);
  expect(inState(bus)).toEqual(["one", "two", "three"]);
  expect(injections.asked).toEqual([{ name: "channel.twice@2", injected: 1 }]);
});

test("a message comes after the next one", async () => {
  const { say, polled, injections } = await broken("channel.out-of-order");
  say("one");
  say("two");
  expect(await polled()).toEqual(["two", "one"]);
  expect(injections.asked[0]?.injected).toBe(1);
});

test("a connection that is lost has taken nothing", async () => {
  const { say, polled } = await broken("channel.lost-connection");
  say("one");
  await expect(polled()).rejects.toThrow();
  expect(await polled()).toEqual(["one"]);
});

test("what is sent is refused, or taken without an answer", async () => {
  const refused = await broken("channel.refused-send");
  const message = { to: "dm:alice", text: "hello" };
  expect((await refused.post("/v1/outbound/message", message)).status).toBe(503);
  expect((await refused.post("/v1/outbound/message", message)).status).toBe(200);
  expect(inState(refused.bus)).toEqual(["hello"]);
  const lost = await broken("channel.lost-answer");
  await expect(lost.post("/v1/outbound/message", message)).rejects.toThrow();
  expect(inState(lost.bus)).toEqual(["hello"]);
});

test("nothing goes wrong with what the harness asks by itself", async () => {
  const { say, polled, post, injections } = await broken("channel.twice");
  say("is all done?", BARRIER);
  expect(await polled()).toEqual(["is all done?"]);
  await post("/v1/outbound/message", { to: `dm:${BARRIER}`, text: "yes" });
  expect(injections.reached).toEqual([]);
});
