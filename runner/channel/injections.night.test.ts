import { expect, test } from "vitest";
import { Injections } from "../base/border-faults.ts";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "./bus.ts";
import { longPoll } from "./long-poll.ts";

// They wait for what is late.
const POLL_MS = 30_000;
const never = new AbortController().signal;

function broken(fault: string) {
  const injections = new Injections([fault], "seed");
  const bus = new QaBus(new Wakeups(), injections);
  const say = (text: string) =>
    bus.addInboundMessage({ conversation: { id: "alice", kind: "direct" }, senderId: "alice", text });
  const polled = async (cursor: number) => {
    const { events } = await longPoll(bus, { cursor, timeoutMs: POLL_MS }, never);
    return events.flatMap((event) => ("message" in event ? [event.message.text] : []));
  };
  return { injections, say, polled };
}

test("without a next message, one comes all the same, and nothing was out of order", async () => {
  const { say, polled, injections } = broken("channel.out-of-order");
  say("one");
  expect(await polled(0)).toEqual(["one"]);
  expect(injections.asked[0]?.injected).toBe(0);
});

test("a late message does not hold back the others", async () => {
  const { say, polled } = broken("channel.late");
  say("one");
  say("two");
  expect(await polled(0)).toEqual(["two"]);
  expect(await polled(1)).toEqual(["one"]);
});
