import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { POLL_LIMIT, SEARCH_LIMIT } from "./defaults.ts";

const id = { type: "string", minLength: 1, maxLength: 512 } as const;
const text = { type: "string" } as const;
const cursor = { type: "integer", minimum: 0 } as const;
const timeoutMs = { type: "integer", minimum: 0, maximum: 30_000 } as const;
const conversationKind = { enum: ["direct", "channel", "group"] } as const;
const direction = { enum: ["inbound", "outbound"] } as const;

const messageMembers = {
  accountId: id,
  senderName: text,
  text,
  timestamp: { type: "number" },
  threadId: id,
  threadTitle: text,
  replyToId: id,
  attachments: {
    type: "array",
    maxItems: 50,
    items: {
      type: "object",
      required: ["kind", "mimeType"],
      properties: {
        id: { ...id, description: "Made up when it is missing." },
        kind: { enum: ["image", "video", "audio", "file"] },
        mimeType: { type: "string", minLength: 1 },
        fileName: text,
        url: text,
        contentBase64: text,
      },
    },
  },
  toolCalls: {
    type: "array",
    maxItems: 200,
    items: { type: "object", required: ["name"], properties: { name: id, arguments: {} } },
  },
} as const;

function object<const Required extends readonly string[], const Properties>(
  required: Required,
  properties: Properties,
) {
  return { type: "object", required, properties } as const;
}

/** Names a message of an account and who acts on it. */
const messageAction = {
  accountId: id,
  messageId: id,
  senderId: { ...id, description: "Default: the bot." },
} as const;

/** JSON schemas of the bus's request bodies. Members that are not named are ignored. */
export const BODY_SCHEMAS = {
  none: object([], {}),
  inbound: object(["conversation", "senderId", "text"], {
    ...messageMembers,
    conversation: object(["id", "kind"], { id, kind: conversationKind, title: text }),
    senderId: id,
    nativeCommand: object(["name"], { name: id, args: text }),
  }),
  outbound: object(["to", "text"], {
    ...messageMembers,
    to: { ...id, description: "Target, for instance `dm:alice` or `thread:room/thread-1`; see targets.ts." },
    senderId: { ...id, description: "Default: the bot." },
  }),
  thread: object(["conversationId", "title"], {
    accountId: id,
    conversationId: id,
    title: id,
    createdBy: id,
  }),
  react: object(["messageId", "emoji"], { ...messageAction, emoji: id }),
  edit: object(["messageId", "text"], { ...messageAction, text }),
  message: object(["messageId"], messageAction),
  search: object([], {
    accountId: id,
    query: {
      ...text,
      description: "Looked for in text, attachment names and tool names, upper and lower case alike.",
    },
    conversationId: id,
    conversationKind,
    threadId: id,
    limit: {
      type: "integer",
      minimum: 1,
      maximum: SEARCH_LIMIT.max,
      description: "The last ones that match.",
    },
  }),
  poll: object([], {
    accountId: id,
    cursor: {
      ...cursor,
      description:
        "Last event the client has seen; without it, the poll goes on after what the account acknowledged.",
    },
    acknowledgedCursor: { ...cursor, description: "Last event the client is done with; at most `cursor`." },
    limit: { type: "integer", minimum: 1, maximum: POLL_LIMIT.max },
    timeoutMs: { ...timeoutMs, description: "How long to hold a poll that has nothing new. Default 0." },
  }),
  wait: {
    type: "object",
    required: ["kind"],
    properties: { kind: { type: "string" }, accountId: id, timeoutMs },
    discriminator: { propertyName: "kind" },
    oneOf: [
      object(["kind", "eventKind"], {
        kind: { const: "event-kind" },
        eventKind: {
          enum: [
            "inbound-message",
            "outbound-message",
            "thread-created",
            "message-edited",
            "message-deleted",
            "reaction-added",
          ],
        },
      }),
      object(["kind", "textIncludes"], { kind: { const: "message-text" }, textIncludes: text, direction }),
      object(["kind", "threadId"], { kind: { const: "thread-id" }, threadId: id }),
    ],
  },
} as const;

type Schemas = typeof BODY_SCHEMAS;
export type BodyName = keyof Schemas;

/** What each request body holds, without the members that are ignored. */
export type Bodies = {
  [Name in BodyName]: Schemas[Name] extends infer Schema extends JSONSchema
    ? NamedMembers<FromSchema<Schema>>
    : never;
};

type NamedMembers<T> = T extends readonly (infer Item)[]
  ? NamedMembers<Item>[]
  : T extends object
    ? { [Key in keyof T as string extends Key ? never : Key]: NamedMembers<T[Key]> }
    : T;
