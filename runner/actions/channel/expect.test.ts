import { expect, test } from "vitest";
import { Wakeups } from "../../base/wakeups.ts";
import type { ActionContext } from "../context.ts";
import { PRESENT } from "../scene/expect.ts";
import { expectMessage, expectReply } from "./expect.ts";

/** The reply that a turn with this text gets, of these messages of one conversation. */
async function replyOf(said: string, messages: string[]): Promise<string> {
  const context = {
    scene: {
      replies: messages.map((text, index) => ({ index, message: { text, timestamp: 0 } })),
      isFree: () => true,
      take: () => {},
    },
    bus: { getSnapshot: () => ({ messages: [] }) },
    wakeups: new Wakeups(),
    signal: () => undefined,
    limits: { withinMs: 60 },
  } as unknown as ActionContext;
  return (await expectReply(context, PRESENT, new Set([said]))).value.text;
}

test("a turn's reply is the message with its text, else one that holds it or a part of it, and no other", async () => {
  expect(await replyOf("one", ["one and more", "one"])).toBe("one");
  expect(await replyOf("one", ["two", "[bot] one"])).toBe("[bot] one");
  expect(await replyOf("a long one", ["two", "a long"])).toBe("a long");
  await expect(replyOf("one", ["two"])).rejects.toThrow("the reply did not come");
});

/** What is said when a message is expected in one conversation, and these came in others. */
async function missedIn(expected: string, ...came: string[]): Promise<string> {
  const context = {
    scene: {
      messages: came.map((id, index) => ({
        index,
        message: { text: "a", timestamp: 0, conversation: { id } },
      })),
      isFree: () => true,
    },
    wakeups: new Wakeups(),
    signal: () => undefined,
    limits: { withinMs: 0 },
  } as unknown as ActionContext;
  return expectMessage(context, { message: { kind: "equals", value: "b" }, in: expected }).then(
    () => "",
    ({ message }) => message,
  );
}

test("where nothing came in a conversation, those in which messages came are named, the likeliest first", async () => {
  expect(await missedIn("rooom", "alice", "room", "room")).toBe(
    "a message did not come: nothing came in `rooom`; messages came in `room`, `alice`",
  );
  expect(await missedIn("room", "room", "alice")).toMatch(
    /^a message that fits did not come; of the nearest/,
  );
  expect(await missedIn("room")).toBe("a message did not come");
  expect(await missedIn("z", "a", "b", "c", "d", "e", "f", "g")).toMatch(/in `a`, .*`e` and 2 others$/);
});

test("where what was said has had its reply, another one did not come; else the reply did not", async () => {
  const missedAfter = (replyToId: string) => {
    const context = {
      scene: { replies: [{ index: 1, message: { text: "one", replyToId } }], isFree: () => false },
      bus: { getSnapshot: () => ({ messages: [{ id: "asked", direction: "inbound" }] }) },
      wakeups: new Wakeups(),
      signal: () => undefined,
      limits: { withinMs: 0 },
    } as unknown as ActionContext;
    return expectReply(context, PRESENT).then(
      () => "",
      ({ message, seen }) => `${message}: ${seen}`,
    );
  };
  expect(await missedAfter("asked")).toBe(
    'no other reply came after "one", which an earlier statement has taken: nothing',
  );
  expect(await missedAfter("before")).toBe("the reply did not come: nothing");
});
