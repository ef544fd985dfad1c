import { QaError } from "../errors.ts";
import type { JsonObject } from "../gateway/gateway.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "./action.ts";
import { liveTurnTimeout } from "./core.ts";
import { waitIn } from "./wait.ts";

const SESSION_KEY_PARAMETER = {
  name: "sessionKey",
  type: "string",
  description: "`agent:<agent>:<rest>`",
} as const;

interface Peer {
  kind: "direct" | "channel" | "group";
  id: string;
}

/** The session that messages of a conversation belong to, by the gateway's routing rules. */
export function agentSessionKey(parts: {
  agentId: string;
  channel: string;
  peer?: Peer;
  threadId?: string;
}): string {
  const agent = `agent:${parts.agentId}`;
  if (!parts.peer || parts.peer.kind === "direct") return `${agent}:main`.toLowerCase();
  const thread = parts.threadId ? `:thread:${parts.threadId}` : "";
  return `${agent}:${parts.channel}:${parts.peer.kind}:${parts.peer.id}${thread}`.toLowerCase();
}

/** Text of a transcript message: its string content, or its text blocks joined. */
function messageText(message: JsonObject): string {
  if (typeof message.content === "string") return message.content;
  if (!Array.isArray(message.content)) return typeof message.text === "string" ? message.text : "";
  return message.content
    .map((block: JsonObject) => (typeof block?.text === "string" ? block.text : ""))
    .join("");
}

async function history(context: ActionContext, sessionKey: string, limit: number): Promise<JsonObject[]> {
  const answer = await context.gateway.call(
    "chat.history",
    { sessionKey, limit },
    { signal: context.signal() },
  );
  return (answer.messages ?? []) as JsonObject[];
}

async function effectiveTools(
  context: ActionContext,
  _env: object,
  sessionKey: string,
): Promise<Set<string>> {
  const timeoutMs = liveTurnTimeout(context.providerMode, 90_000);
  const answer = await context.gateway.call(
    "tools.effective",
    { sessionKey },
    { signal: context.signal(), timeoutMs },
  );
  const groups = (answer.groups ?? []) as { tools?: { id?: string }[] }[];
  return new Set(groups.flatMap((group) => group.tools ?? []).flatMap((tool) => (tool.id ? [tool.id] : [])));
}

/** Counts what happened in a session, from its durable transcript rather than from passing events. */
async function transcriptSummary(
  context: ActionContext,
  _env: object,
  sessionKey: string,
): Promise<JsonObject> {
  const messages = await history(context, sessionKey, 1000);
  const toolCalls: Record<string, number> = Object.create(null);
  let finalText = "";
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    finalText = messageText(message) || finalText;
    for (const block of Array.isArray(message.content) ? (message.content as JsonObject[]) : []) {
      if (block.type !== "toolCall" && block.type !== "toolUse" && block.type !== "tool_use") continue;
      toolCalls[String(block.name)] = (toolCalls[String(block.name)] ?? 0) + 1;
    }
  }
  return {
    messageCount: messages.length,
    assistantToolCallCounts: { ...toolCalls },
    finalText,
    lastMessageRole: messages.at(-1)?.role,
  };
}

export const sessionActions = actionsOf("sessions", (define) => ({
  createSession: define({
    summary: "Creates a session (or returns the one with this key).",
    params: [
      ENV_PARAMETER,
      { name: "label", type: "string", description: "shown in session lists" },
      {
        name: "key",
        type: "string",
        optional: true,
        description: "session key; the gateway makes one otherwise",
      },
    ],
    returns: "the session key",
    run: async (context, _env: object, label: string, key?: string) => {
      const created = await context.gateway.call(
        "sessions.create",
        { label, ...(key ? { key } : {}) },
        { signal: context.signal(), timeoutMs: 60_000 },
      );
      if (typeof created.key === "string" && created.key !== "") return created.key;
      throw new QaError("sessions.create returned no key", { code: "bad-answer", fault: "product" });
    },
  }),
  readEffectiveTools: define({
    summary: "Ids of the tools that the next turn of this session would offer the model (`tools.effective`).",
    params: [ENV_PARAMETER, SESSION_KEY_PARAMETER],
    returns: "Set of tool ids",
    effect: "reads",
    run: effectiveTools,
  }),
  buildAgentSessionKey: define({
    summary: "The session key that the gateway's routing gives a conversation.",
    params: [
      {
        name: "parts",
        type: "{ agentId, channel, peer: { kind, id }, threadId? }",
        description: "`kind` is direct, channel or group; all direct chats share the agent's main session",
      },
    ],
    returns: "string",
    effect: "reads",
    run: (_context, parts: Parameters<typeof agentSessionKey>[0]) => agentSessionKey(parts),
  }),
  readSessionHistory: define({
    summary: "The messages of a session's transcript, oldest first (`chat.history`).",
    params: [
      ENV_PARAMETER,
      SESSION_KEY_PARAMETER,
      { name: "limit", type: "number", optional: true, description: "newest n messages; default 200" },
    ],
    returns: "array of { role, content, timestamp }",
    effect: "reads",
    run: (context, _env: object, sessionKey: string, limit: number = 200) =>
      history(context, sessionKey, limit),
  }),
  readSessionTranscriptSummary: define({
    summary: "What a session's transcript holds: message count, tool calls by name, last text.",
    params: [ENV_PARAMETER, SESSION_KEY_PARAMETER],
    returns: "{ messageCount, assistantToolCallCounts, finalText, lastMessageRole }",
    effect: "reads",
    run: transcriptSummary,
  }),
  waitForAgentHistoryReply: define({
    summary: "Waits until the newest assistant text of a session satisfies the predicate.",
    params: [
      ENV_PARAMETER,
      SESSION_KEY_PARAMETER,
      { name: "predicate", type: "(text) => boolean", description: "judges the text" },
      { name: "timeoutMs", type: "number", optional: true, description: "milliseconds; default 30 000" },
    ],
    returns: "{ text }",
    effect: "reads",
    budgetMs: ([, , , timeoutMs]) => Number(timeoutMs ?? 30_000),
    run: (
      context,
      _env: object,
      sessionKey: string,
      predicate: (text: string) => unknown,
      timeoutMs: number = 30_000,
    ) =>
      waitIn(
        context,
        `a reply in the transcript of ${sessionKey}`,
        async () => {
          const replies = (await history(context, sessionKey, 12)).filter(({ role }) => role === "assistant");
          const text = messageText(replies.at(-1) ?? {});
          return text !== "" && (await predicate(text)) ? { text } : undefined;
        },
        { timeoutMs },
      ),
  }),
}));
