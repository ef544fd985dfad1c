import { expect, test } from "vitest";
import { Wakeups } from "../../base/wakeups.ts";
import type { ActionContext } from "../context.ts";
import { PRESENT } from "../scene/expect.ts";
import { expectReply } from "./expect.ts";

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
