import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTarget, parseTarget, type Target } from "./targets.ts";

test.each([
  ["dm:alice", { conversationId: "alice", kind: "direct" }],
  ["channel:room", { conversationId: "room", kind: "channel" }],
  ["group:team:1", { conversationId: "team:1", kind: "group" }],
  ["thread:a/b/thread-1", { conversationId: "a/b", kind: "channel", threadId: "thread-1" }],
  ["alice", { conversationId: "alice", kind: "direct" }],
  ["user:7", { conversationId: "user:7", kind: "direct" }],
])("%s", (text, target) => {
  expect(parseTarget(text)).toEqual(target);
});

test.each(["", "  ", "dm:", "thread:room", "thread:/x", "thread:room/"])("refuses %j", (text) => {
  expect(() => parseTarget(text)).toThrow("invalid target");
});

test("what is formatted reads back the same", () => {
  const name = fc.stringMatching(/^[\w:@.-]{1,12}$/);
  const conversation = fc.record({
    conversationId: name,
    kind: fc.constantFrom<Target["kind"]>("direct", "channel", "group"),
  });
  const thread = fc.record({
    conversationId: name,
    kind: fc.constant<Target["kind"]>("channel"),
    threadId: name,
  });
  fc.assert(
    fc.property(fc.oneof(conversation, thread), (target) => {
      expect(parseTarget(formatTarget(target))).toEqual(target);
    }),
  );
});
