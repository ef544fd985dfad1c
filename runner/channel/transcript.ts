import type { ChannelBus } from "./channel-bus.ts";
import { formatTarget } from "./targets.ts";
import type { BusMessage, MessageDirection } from "./types.ts";

const TEXT_CHARS = 300;

export interface TranscriptFilter {
  conversationId?: string;
  threadId?: string;
  direction?: MessageDirection;
  /** Keep only the last ones. Default: all. */
  limit?: number;
}

/** The messages of a conversation, oldest first. */
export function transcriptMessages(bus: ChannelBus, filter: TranscriptFilter = {}): BusMessage[] {
  const messages = bus
    .getSnapshot()
    .messages.filter(
      ({ conversation, threadId, direction }) =>
        (filter.conversationId === undefined || conversation.id === filter.conversationId) &&
        (filter.threadId === undefined || threadId === filter.threadId) &&
        (filter.direction === undefined || direction === filter.direction),
    );
  return lastOf(messages, filter.limit ?? messages.length);
}

/** All messages with the whole of their texts, oldest first, each on one line. */
export function wholeTranscript(bus: ChannelBus): string {
  return transcriptMessages(bus)
    .map((message) => formatMessage(message, Number.POSITIVE_INFINITY))
    .join("\n");
}

/** The conversation as lines of text, oldest message first. */
export function formatConversationTranscript(bus: ChannelBus, filter?: TranscriptFilter): string {
  return transcriptMessages(bus, filter)
    .map((message) => formatMessage(message))
    .join("\n");
}

/** The gateway's last messages, for failure messages. */
export function recentOutboundSummary(bus: ChannelBus, limit = 5): string {
  const recent = lastOf(bus.outboundMessages(), limit);
  return recent.length === 0
    ? "no outbound messages"
    : recent.map((message) => formatMessage(message)).join("\n");
}

/** The last messages in both directions, one line each, oldest first. */
export function recentMessages(bus: ChannelBus, limit = 5): string[] {
  return lastOf(bus.getSnapshot().messages, limit).map((message) => formatMessage(message));
}

/**
 * One line: `→ dm:alice  openclaw: OK. (edited) [👍 by bob]`; the arrow points into or out of the gateway.
 * @param characters of the text at most
 */
export function formatMessage(message: BusMessage, characters = TEXT_CHARS): string {
  const { conversation, threadId, direction, senderId, senderName } = message;
  const target = formatTarget({ conversationId: conversation.id, kind: conversation.kind, threadId });
  const marks = [
    message.deleted ? "(deleted)" : "",
    message.editedAt === undefined ? "" : "(edited)",
    ...message.reactions.map((reaction) => `[${reaction.emoji} by ${reaction.senderId}]`),
    ...message.attachments.map(
      (attachment) => `[${attachment.kind} ${attachment.fileName ?? attachment.id}]`,
    ),
  ].filter((mark) => mark !== "");
  const line = `${direction === "inbound" ? "←" : "→"} ${target}  ${senderName ?? senderId}: ${oneLine(message.text, characters)}`;
  return [line, ...marks].join(" ");
}

function oneLine(text: string, characters: number): string {
  const flat = text.replaceAll(/\s*\n\s*/g, " ⏎ ");
  return flat.length > characters ? `${flat.slice(0, characters)}…` : flat;
}

function lastOf<T>(items: readonly T[], count: number): T[] {
  return count <= 0 ? [] : items.slice(-count);
}
