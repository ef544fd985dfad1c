import { describe, expect, test } from "vitest";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "./bus.ts";
import { waitForNoOutbound, waitForOutboundMessage } from "./outbound-waits.ts";
import { formatConversationTranscript, recentOutboundSummary } from "./transcript.ts";

/** Longer than any test may take: a wait that needs it to pass does not react to events. */
const NEVER = 3_600_000;

describe("outbound waits", () => {
  const newBus = () => new QaBus(new Wakeups());

  test("the index counts the gateway's messages only", async () => {
    const bus = newBus();
    bus.addInboundMessage({ conversation: { id: "a", kind: "direct" }, senderId: "a", text: "ping" });
    bus.addOutboundMessage({ to: "dm:a", text: "pong 1" });
    const second = waitForOutboundMessage(bus, ({ text }) => text.startsWith("pong"), NEVER, {
      sinceIndex: 1,
    });
    bus.addOutboundMessage({ to: "dm:a", text: "pong 2" });
    await expect(second).resolves.toMatchObject({ text: "pong 2" });
  });

  test("a timeout leaves the messages that were there to the failure, which has them once", async () => {
    const bus = newBus();
    bus.addInboundMessage({ conversation: { id: "a", kind: "direct" }, senderId: "a", text: "give me X" });
    bus.addOutboundMessage({ to: "dm:a", text: "no\nnever" });
    await expect(waitForOutboundMessage(bus, ({ text }) => text === "X", 5)).rejects.toMatchObject({
      message: "timed out after 5ms waiting for an outbound message",
      details: expect.not.stringContaining("give me X"),
    });
    await expect(waitForOutboundMessage(newBus(), () => true, 5)).rejects.toMatchObject({
      details: expect.stringContaining("no messages on the channel"),
    });
  });

  test("quiet is quiet, and a message ends it at once", async () => {
    const bus = newBus();
    await waitForNoOutbound(bus, 5);
    const quiet = waitForNoOutbound(bus, NEVER);
    bus.addOutboundMessage({ to: "dm:a", text: "noise" });
    await expect(quiet).rejects.toMatchObject({
      code: "unexpected-outbound",
      message: "expected no outbound messages, saw 1",
      details: "→ dm:a  OpenClaw QA: noise",
    });
    await waitForNoOutbound(bus, 5, { sinceIndex: 1 });
  });
});

test("a transcript shows threads, edits, deletions and reactions", () => {
  const bus = new QaBus(new Wakeups());
  const room = { id: "room", kind: "channel" as const };
  const first = bus.addInboundMessage({ conversation: room, senderId: "bob", text: "hi" });
  bus.addOutboundMessage({ to: "thread:room/t1", text: "in thread" });
  bus.react({ messageId: first.id, emoji: "👍" });
  bus.edit({ messageId: first.id, text: "hello" });
  bus.delete({ messageId: first.id });
  expect(formatConversationTranscript(bus, { conversationId: "room" })).toBe(
    "← channel:room  bob: hello (deleted) (edited) [👍 by openclaw]\n→ thread:room/t1  OpenClaw QA: in thread",
  );
  expect(formatConversationTranscript(bus, { threadId: "t1", limit: 1 })).toBe(
    "→ thread:room/t1  OpenClaw QA: in thread",
  );
  expect(recentOutboundSummary(bus, 1)).toBe("→ thread:room/t1  OpenClaw QA: in thread");
  expect(formatConversationTranscript(bus, { conversationId: "nobody" })).toBe("");
});
