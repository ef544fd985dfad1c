/** What the bus stores and sends: the wire format of the QA channel. Times are milliseconds since the epoch. */

export type ConversationKind = "direct" | "channel" | "group";
export type MessageDirection = "inbound" | "outbound";
type AttachmentKind = "image" | "video" | "audio" | "file";

export interface BusConversation {
  id: string;
  kind: ConversationKind;
  title?: string;
}

interface BusAttachment {
  id: string;
  kind: AttachmentKind;
  mimeType: string;
  fileName?: string;
  url?: string;
  contentBase64?: string;
}

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
  nativeCommand?: { name: string; args?: string };
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
  kind: "inbound-message" | "outbound-message" | "message-edited" | "message-deleted" | "reaction-added";
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
type BusEventKind = BusEvent["kind"];

export interface BusSnapshot {
  cursor: number;
  conversations: BusConversation[];
  threads: BusThread[];
  messages: BusMessage[];
  events: BusEvent[];
}

interface MessageInput {
  accountId?: string;
  senderName?: string;
  text: string;
  timestamp?: number;
  threadId?: string;
  threadTitle?: string;
  replyToId?: string;
  attachments?: AttachmentInput[];
  toolCalls?: { name: string; arguments?: unknown }[];
}

/** `id` is made up when it is missing. */
export type AttachmentInput = Omit<BusAttachment, "id"> & { id?: string };

export interface InboundMessageInput extends MessageInput {
  conversation: BusConversation;
  senderId: string;
  nativeCommand?: { name: string; args?: string };
}

export interface OutboundMessageInput extends MessageInput {
  /** Target, for instance `dm:alice` or `thread:room/thread-1`; see targets.ts. */
  to: string;
  /** Default: the bot. */
  senderId?: string;
}

export interface ThreadInput {
  accountId?: string;
  conversationId: string;
  title: string;
  createdBy?: string;
}

/** Names a message of an account and who acts on it (default: the bot). */
export interface MessageActionInput {
  accountId?: string;
  messageId: string;
  senderId?: string;
}

export interface SearchInput {
  accountId?: string;
  /** Looked for in text, attachment names and tool names, upper and lower case alike. */
  query?: string;
  conversationId?: string;
  conversationKind?: ConversationKind;
  threadId?: string;
  /** 1–100, default 20: the last ones that match. */
  limit?: number;
}

export interface PollInput {
  accountId?: string;
  /** Last event the client has seen; without it, the poll goes on after what the account acknowledged. */
  cursor?: number;
  /** Last event the client is done with; at most `cursor`. */
  acknowledgedCursor?: number;
  /** 1–500, default 100. */
  limit?: number;
  /** 0–30 000: how long to hold a poll that has nothing new. Default 0. */
  timeoutMs?: number;
}

export interface PollResult {
  /** To be passed with the next poll. */
  cursor: number;
  events: BusEvent[];
}

export type WaitInput =
  | { kind: "event-kind"; eventKind: BusEventKind; accountId?: string; timeoutMs?: number }
  | {
      kind: "message-text";
      textIncludes: string;
      direction?: MessageDirection;
      accountId?: string;
      timeoutMs?: number;
    }
  | { kind: "thread-id"; threadId: string; accountId?: string; timeoutMs?: number };

export type WaitMatch = BusEvent | BusMessage | BusThread;
