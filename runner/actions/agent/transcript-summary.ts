import type { JsonObject } from "../../base/json.ts";

/** What happened in a session, counted from its durable transcript rather than from passing events. */
export interface TranscriptSummary {
  messageCount: number;
  /** Where the transcript ends, for `afterEventCursor`. */
  eventCursor: number;
  /** Calls that the assistant made, those that have a result, and those whose result is not an error; by tool. */
  assistantToolCallCounts: Record<string, number>;
  completedToolCallCounts: Record<string, number>;
  successfulToolCallCounts: Record<string, number>;
  /** Last text of the assistant. */
  finalText: string;
  /** The assistant sent its answer with the message tool and then said only that it did. */
  hasDirectReplySelfMessage: boolean;
  lastMessageRole?: string;
  lastAssistantContentTypes?: string[];
  lastAssistantToolNames?: string[];
  lastAssistantStopReason?: string;
  lastAssistantErrorMessage?: string;
  /** Texts that a turn on another channel left here. */
  assistantMirrors?: { identity: string; text: string }[];
}

const TOOL_CALL_TYPES: ReadonlySet<unknown> = new Set(["toolCall", "toolUse", "tool_use", "tool_call"]);
/** Written by the gateway to note what it delivered: not what the model said. */
const DELIVERY_MIRROR = "delivery-mirror";
const MERE_CONFIRMATION = /^\W*(?:sent|done|message sent)\W*$/i;

/** Text of a transcript message: its string content, or its text blocks joined. */
export function messageText(message: JsonObject): string {
  if (typeof message.content === "string") return message.content;
  if (!Array.isArray(message.content)) return text(message.text) ?? "";
  return blocksOf(message)
    .map((block) => text(block.text) ?? "")
    .join("");
}

/** The calls that a message of the assistant's makes. */
export function toolCallsOf(message: JsonObject): JsonObject[] {
  return blocksOf(message).filter(({ type }) => TOOL_CALL_TYPES.has(type));
}

/** @param messages of the whole transcript, oldest first @param after how many of them to leave out */
export function summarizeTranscript(messages: readonly JsonObject[], after = 0): TranscriptSummary {
  const summary: TranscriptSummary = {
    messageCount: messages.length - after,
    eventCursor: messages.length,
    assistantToolCallCounts: {},
    completedToolCallCounts: {},
    successfulToolCallCounts: {},
    finalText: "",
    hasDirectReplySelfMessage: false,
  };
  const toolOfCall = new Map<string, string>();
  const turn = { modelHasSpoken: false, sentMessage: false };
  for (const message of messages.slice(after)) {
    summary.lastMessageRole = text(message.role);
    if (message.role === "toolResult") {
      turn.modelHasSpoken = false;
      countResult(summary, toolOfCall, message);
    } else if (message.role === "user") {
      turn.modelHasSpoken = false;
      turn.sentMessage = false;
    } else if (message.role === "assistant") {
      readAssistant(summary, toolOfCall, message, turn);
    }
  }
  return summary;
}

function readAssistant(
  summary: TranscriptSummary,
  toolOfCall: Map<string, string>,
  message: JsonObject,
  turn: { modelHasSpoken: boolean; sentMessage: boolean },
): void {
  const said = messageText(message);
  const isMirror = message.model === DELIVERY_MIRROR;
  if (said !== "" && !(isMirror && turn.modelHasSpoken)) summary.finalText = said;
  if (said !== "" && !isMirror) {
    turn.modelHasSpoken = true;
    summary.hasDirectReplySelfMessage ||= turn.sentMessage && MERE_CONFIRMATION.test(said);
  }
  const identity = text((message.__openclaw as JsonObject | undefined)?.mirrorIdentity);
  if (identity && said) {
    summary.assistantMirrors = [...(summary.assistantMirrors ?? []), { identity, text: said }];
  }

  const calls = toolCallsOf(message);
  for (const call of calls) {
    const name = String(call.name);
    count(summary.assistantToolCallCounts, name);
    if (typeof call.id === "string") toolOfCall.set(call.id, name);
    const { action } = (call.arguments ?? call.input ?? {}) as JsonObject;
    turn.sentMessage ||= name === "message" && action === "send";
  }
  summary.lastAssistantContentTypes = blocksOf(message).flatMap(({ type }) => text(type) ?? []);
  summary.lastAssistantToolNames = calls.map(({ name }) => String(name));
  summary.lastAssistantStopReason = text(message.stopReason);
  summary.lastAssistantErrorMessage = text(message.errorMessage);
}

/** Only the first result of a call that the assistant really made counts. */
function countResult(summary: TranscriptSummary, toolOfCall: Map<string, string>, message: JsonObject): void {
  const id = text(message.toolCallId);
  const tool = id && toolOfCall.get(id);
  if (!id || !tool || tool !== message.toolName) return;
  toolOfCall.delete(id);
  count(summary.completedToolCallCounts, tool);
  if (message.isError === false) count(summary.successfulToolCallCounts, tool);
}

function blocksOf(message: JsonObject): JsonObject[] {
  return Array.isArray(message.content)
    ? message.content.filter((block): block is JsonObject => typeof block === "object" && block !== null)
    : [];
}

function count(counts: Record<string, number>, name: string): void {
  // A tool may have the name of a member that every object has.
  counts[name] = (Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0) + 1;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
