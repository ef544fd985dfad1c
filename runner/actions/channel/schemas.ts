import { BOOLEAN, NUMBER, OBJECT, record, STRING } from "../schema.ts";

export const CONVERSATION_KIND = { enum: ["direct", "channel", "group"] } as const;
const CONVERSATION = record({ id: STRING, kind: CONVERSATION_KIND }, { title: STRING });

const ATTACHMENT = record(
  { kind: { enum: ["image", "video", "audio", "file"] }, mimeType: STRING },
  { id: STRING, fileName: STRING, url: STRING, contentBase64: STRING },
);

export const ATTACHMENTS = { type: "array", items: ATTACHMENT, optional: true } as const;

/** What every message that is put on the channel may have. */
const MESSAGE_PARAMS = {
  senderName: { ...STRING, optional: true },
  threadId: { ...STRING, optional: true },
  replyToId: { ...STRING, optional: true },
  attachments: ATTACHMENTS,
} as const;

/** What a person writes. */
export const INBOUND_PARAMS = {
  text: { ...STRING, description: "what is written" },
  conversation: { ...CONVERSATION, description: "where; `kind` is direct, channel or group" },
  senderId: { ...STRING, description: "who" },
  ...MESSAGE_PARAMS,
} as const;

/** What is put on the channel as if the gateway had sent it. */
export const OUTBOUND_PARAMS = {
  text: { ...STRING, description: "what is written" },
  to: { ...STRING, description: "a target, for instance `dm:alice` or `thread:room/thread-1`" },
  senderId: { ...STRING, optional: true, description: "default: the gateway's bot" },
  ...MESSAGE_PARAMS,
} as const;

export const MESSAGE = record(
  {
    id: STRING,
    accountId: STRING,
    direction: { enum: ["inbound", "outbound"] },
    conversation: CONVERSATION,
    senderId: STRING,
    text: STRING,
    timestamp: NUMBER,
    attachments: { type: "array", items: ATTACHMENT },
    reactions: { type: "array", items: record({ emoji: STRING, senderId: STRING, timestamp: NUMBER }) },
  },
  {
    senderName: STRING,
    threadId: STRING,
    threadTitle: STRING,
    replyToId: STRING,
    deleted: BOOLEAN,
    editedAt: NUMBER,
    nativeCommand: record({ name: STRING }, { args: STRING }),
    toolCalls: { type: "array", items: record({ name: STRING }, { arguments: OBJECT }) },
  },
);
export const MESSAGES = { type: "array", items: MESSAGE } as const;

export const THREAD = record({
  id: STRING,
  accountId: STRING,
  conversationId: STRING,
  title: STRING,
  createdAt: NUMBER,
  createdBy: STRING,
});

const EVENT = record(
  { cursor: NUMBER, accountId: STRING, kind: STRING },
  { message: MESSAGE, thread: THREAD, emoji: STRING, senderId: STRING },
);

export const SNAPSHOT = record({
  cursor: NUMBER,
  conversations: { type: "array", items: CONVERSATION },
  threads: { type: "array", items: THREAD },
  messages: MESSAGES,
  events: { type: "array", items: EVENT },
});

/** What narrows a search or a transcript to one conversation. */
export const CONVERSATION_FILTER = {
  conversationId: { ...STRING, optional: true },
  threadId: { ...STRING, optional: true },
} as const;

export const SINCE_INDEX = {
  ...NUMBER,
  optional: true,
  description: "look only at outbound messages from this one on, counted from 0",
} as const;
