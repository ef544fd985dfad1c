import { authoredText } from "../base/authored.ts";
import type { ModelRequest, ToolCall } from "./request.ts";

/** What has happened since the user's last message. */
export interface Turn {
  /** 1 for the first; counts the answers the model has already finished. */
  number: number;
  /**
   * What the user wrote, newest first. Usually one text: there are more when messages were queued,
   * or when the gateway added a user-role message of its own that nothing marks as such.
   */
  userTexts: readonly string[];
  /** Tool calls of the turn that have a result, in order. */
  exchanges: readonly { call: ToolCall; result: string }[];
}

/** Finds the current turn: it begins with the latest run of messages that the user wrote. */
export function currentTurn({ messages }: ModelRequest): Turn {
  const authored = messages.map((message) => (message.role === "user" ? authoredText(message.text) : ""));
  const last = authored.findLastIndex((text) => text !== "");
  let first = last;
  while (first > 0 && messages[first - 1]?.role === "user") first -= 1;

  const finished = messages
    .slice(0, Math.max(first, 0))
    .filter((message) => message.role === "assistant" && message.toolCalls.length === 0);
  const after = messages.slice(last + 1);
  const results = new Map(
    after.flatMap((message) => (message.role === "tool" ? [[message.callId, message.text] as const] : [])),
  );
  return {
    number: finished.length + 1,
    userTexts: authored
      .slice(Math.max(first, 0), last + 1)
      .filter((text) => text !== "")
      .reverse(),
    exchanges: after.flatMap((message) =>
      message.role === "assistant"
        ? message.toolCalls.flatMap((call) => {
            const result = results.get(call.id);
            return result === undefined ? [] : [{ call, result }];
          })
        : [],
    ),
  };
}
