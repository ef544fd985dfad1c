import type { Bodies } from "./schemas.ts";

/*
 * The wire format of the QA channel: what is asked of the bus, and what it stores and sends. Times are milliseconds
 * since the epoch.
 */

export type InboundMessageInput = Bodies["inbound"];
export type OutboundMessageInput = Bodies["outbound"];
export type ThreadInput = Bodies["thread"];
export type MessageActionInput = Bodies["message"];
export type SearchInput = Bodies["search"];
export type PollInput = Bodies["poll"];
export type WaitInput = Bodies["wait"];

export type BusConversation = InboundMessageInput["conversation"];
export type ConversationKind = BusConversation["kind"];
export type MessageDirection = "inbound" | "outbound";
type BusAttachment = NonNullable<InboundMessageInput["attachments"]>[number] & { id: string };

export interface BusToolCall {
  name: string;
  /** Values of secret-looking keys are masked. */
  arguments?: Record<string, unknown>;
}

interface BusReaction {
  emoji: string;
  senderId: string;
  timestamp: number;
}

export interface BusMessage {
  id: string;
  accountId: string;
  /** Inbound goes to the gateway, outbound comes from it. */
  direction: MessageDirection;
  conversation: BusConversation;
  senderId: string;
  senderName?: string;
  text: string;
  timestamp: number;
  threadId?: string;
  threadTitle?: string;
  replyToId?: string;
  /** Soft: a deleted message stays in the snapshot. */
  deleted?: boolean;
  editedAt?: number;
  attachments: BusAttachment[];
  nativeCommand?: InboundMessageInput["nativeCommand"];
  toolCalls?: BusToolCall[];
  reactions: BusReaction[];
}

export interface BusThread {
  id: string;
  accountId: string;
  conversationId: string;
  title: string;
  createdAt: number;
  createdBy: string;
}

interface EventBase {
  /** Grows by one with every event of the bus, also across resets. */
  cursor: number;
  accountId: string;
}

export interface BusMessageEvent extends EventBase {
  kind: Exclude<BusEventKind, BusThreadEvent["kind"]>;
  message: BusMessage;
  /** Only for `reaction-added`. */
  emoji?: string;
  /** Who reacted, edited or deleted. */
  senderId?: string;
}

export interface BusThreadEvent extends EventBase {
  kind: "thread-created";
  thread: BusThread;
}

export type BusEvent = BusMessageEvent | BusThreadEvent;
type BusEventKind = Extract<WaitInput, { kind: "event-kind" }>["eventKind"];

export interface BusSnapshot {
  cursor: number;
  conversations: BusConversation[];
  threads: BusThread[];
  messages: BusMessage[];
  events: BusEvent[];
}

export interface PollResult {
  /** To be passed with the next poll. */
  cursor: number;
  events: BusEvent[];
}

export type WaitMatch = BusEvent | BusMessage | BusThread;
