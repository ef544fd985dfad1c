import { expect, test } from "vitest";
import { summarizeTranscript } from "./transcript-summary.ts";

const user = (content: unknown) => ({ role: "user", content });
const call = (id: string, name: string, args: object = {}) => ({
  role: "assistant",
  content: [{ type: "toolCall", id, name, arguments: args }],
});
const result = (toolCallId: string, toolName: string, isError = false) => ({
  role: "toolResult",
  toolCallId,
  toolName,
  isError,
  content: [{ type: "text", text: "…" }],
});
const says = (text: string, more: object = {}) => ({
  role: "assistant",
  content: [{ type: "text", text }],
  ...more,
});

test("counts calls, those with a result, and those with a good one", () => {
  const messages = [
    user("read both"),
    call("1", "read"),
    result("1", "read"),
    result("1", "read"),
    call("2", "read"),
    result("2", "read", true),
    call("3", "constructor"),
    result("9", "read"),
    says("done", { stopReason: "stop" }),
  ];
  expect(summarizeTranscript(messages)).toEqual({
    messageCount: 9,
    eventCursor: 9,
    assistantToolCallCounts: { read: 2, constructor: 1 },
    completedToolCallCounts: { read: 2 },
    successfulToolCallCounts: { read: 1 },
    finalText: "done",
    hasDirectReplySelfMessage: false,
    lastMessageRole: "assistant",
    lastAssistantContentTypes: ["text"],
    lastAssistantToolNames: [],
    lastAssistantStopReason: "stop",
    lastAssistantErrorMessage: undefined,
  });
});

test("after a cursor only what came later counts, and the cursor goes on", () => {
  const first = [user("one"), says("1")];
  const { eventCursor } = summarizeTranscript(first);
  const second = summarizeTranscript([...first, user("two"), says("2")], eventCursor);
  expect(second).toMatchObject({ messageCount: 2, eventCursor: 4, finalText: "2" });
});

test("a note of what was delivered does not replace what the model said, unless it is all there is", () => {
  const mirror = says("delivered", { provider: "openclaw", model: "delivery-mirror" });
  expect(summarizeTranscript([user("a"), says("answer"), mirror]).finalText).toBe("answer");
  expect(summarizeTranscript([user("a"), says("answer"), user("b"), mirror]).finalText).toBe("delivered");
});

test("notices a turn that sent its answer as a message and then said only that it did", () => {
  const sent = [user("hi"), call("1", "message", { action: "send" }), result("1", "message")];
  const summary = (...last: object[]) =>
    summarizeTranscript([...sent, ...last] as Record<string, unknown>[]).hasDirectReplySelfMessage;
  expect(summary(says("Sent."))).toBe(true);
  expect(summary(says("The tide is high."))).toBe(false);
  expect(summary(user("next"), says("Sent."))).toBe(false);
});

test("texts may stand in blocks, as plain content, or beside it", () => {
  expect(summarizeTranscript([{ role: "assistant", content: "plain" }]).finalText).toBe("plain");
  expect(summarizeTranscript([{ role: "assistant", text: "beside" }]).finalText).toBe("beside");
});
