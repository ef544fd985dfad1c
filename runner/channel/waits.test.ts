import { describe, expect, test } from "vitest";
import { QaError } from "../base/errors.ts";
import { waitForCondition } from "../base/waits.ts";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "./bus.ts";
import { waitForNoOutbound, waitForOutboundMessage } from "./outbound-waits.ts";
import { formatConversationTranscript, recentOutboundSummary } from "./transcript.ts";

/** Longer than any test may take: whoever needs it to pass does not react to events. */
const NEVER = 3_600_000;

describe("waitForCondition", () => {
  test("reacts to a wake-up without its interval", async () => {
    const wakeups = new Wakeups();
    let value: string | undefined;
    const wait = waitForCondition(wakeups, () => value, { timeoutMs: NEVER, intervalMs: NEVER });
    value = "there";
    wakeups.notify();
    await expect(wait).resolves.toBe("there");
  });

  test("re-checks after a wake-up that came while the check was running", async () => {
    const wakeups = new Wakeups();
    const gate = Promise.withResolvers<void>();
    let value = 0;
    let running = 0;
    const check = async () => {
      expect(++running).toBe(1);
      const seen = value;
      await gate.promise;
      running -= 1;
      return seen || undefined;
    };
    const wait = waitForCondition(wakeups, check, { timeoutMs: NEVER, intervalMs: NEVER });
    value = 7;
    wakeups.notify();
    wakeups.notify();
    gate.resolve();
    await expect(wait).resolves.toBe(7);
  });

  test("falls back to the interval", async () => {
    let checks = 0;
    await waitForCondition(new Wakeups(), () => ++checks === 3, { timeoutMs: NEVER, intervalMs: 1 });
    expect(checks).toBe(3);
  });

  test("a check that wakes itself does not keep the time-out from firing", async () => {
    const wakeups = new Wakeups();
    const wait = waitForCondition(wakeups, () => wakeups.notify(), { timeoutMs: 30 });
    await expect(wait).rejects.toThrow("timed out after 30ms");
  });

  test.each([null, undefined, false])("%s is not success", async (value) => {
    const wait = waitForCondition(new Wakeups(), () => value, { timeoutMs: 5, intervalMs: 1 });
    await expect(wait).rejects.toMatchObject({ code: "wait-timeout", fault: "product" });
  });

  test.each([0, "", Number.NaN])("%s is success", async (value) => {
    await expect(waitForCondition(new Wakeups(), () => value)).resolves.toBe(value);
  });

  test("a time-out says what was awaited and what was seen", async () => {
    const wait = waitForCondition<never>(new Wakeups(), () => null, {
      timeoutMs: 10,
      intervalMs: NEVER,
      what: "the skill to be eligible",
      evidence: () => "skills: none",
    });
    await expect(wait).rejects.toMatchObject({
      message: "timed out after 10ms waiting for the skill to be eligible",
      details: "checks: 1\nlast value: null\nskills: none",
    });
  });

  test("a check that never comes back is named", async () => {
    const wait = waitForCondition(new Wakeups(), () => new Promise<never>(() => {}), { timeoutMs: 5 });
    await expect(wait).rejects.toMatchObject({ details: "checks: 1\nthe last check was still running" });
  });

  test("an error of the check is thrown at once, one that says the gateway restarts is waited out", async () => {
    const broken = new TypeError("broken check");
    await expect(
      waitForCondition(
        new Wakeups(),
        () => {
          throw broken;
        },
        { timeoutMs: NEVER },
      ),
    ).rejects.toBe(broken);

    let checks = 0;
    const restarting = async () => {
      checks += 1;
      if (checks === 1) throw new QaError("restarting", { code: "gateway-restarted", fault: "product" });
      return "back";
    };
    await expect(
      waitForCondition(new Wakeups(), restarting, { timeoutMs: NEVER, intervalMs: 1 }),
    ).resolves.toBe("back");
  });

  test("an aborted wait ends with the signal's reason", async () => {
    const controller = new AbortController();
    const wait = waitForCondition(new Wakeups(), () => false, {
      timeoutMs: NEVER,
      signal: controller.signal,
    });
    const reason = new Error("step limit");
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
    await expect(waitForCondition(new Wakeups(), () => true, { signal: controller.signal })).rejects.toBe(
      reason,
    );
  });
});

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

  test("a time-out lists the messages that were there", async () => {
    const bus = newBus();
    bus.addInboundMessage({ conversation: { id: "a", kind: "direct" }, senderId: "a", text: "give me X" });
    bus.addOutboundMessage({ to: "dm:a", text: "no\nnever" });
    await expect(waitForOutboundMessage(bus, ({ text }) => text === "X", 5)).rejects.toMatchObject({
      message: "timed out after 5ms waiting for an outbound message",
      details: expect.stringContaining(
        "last messages:\n← dm:a  a: give me X\n→ dm:a  OpenClaw QA: no ⏎ never",
      ),
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
