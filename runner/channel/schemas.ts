/** JSON schemas of the bus's request bodies. Members that are not named are ignored. */

const id = { type: "string", minLength: 1, maxLength: 512 };
const text = { type: "string" };
const cursor = { type: "integer", minimum: 0 };
const timeoutMs = { type: "integer", minimum: 0, maximum: 30_000 };
const conversationKind = { enum: ["direct", "channel", "group"] };
const direction = { enum: ["inbound", "outbound"] };

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
        id,
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
    items: { type: "object", required: ["name"], properties: { name: id } },
  },
};

function object(required: readonly string[], properties: Record<string, object>): object {
  return { type: "object", required, properties };
}

const messageAction = { accountId: id, messageId: id, senderId: id };

export const BODY_SCHEMAS = {
  none: object([], {}),
  inbound: object(["conversation", "senderId", "text"], {
    ...messageMembers,
    conversation: object(["id", "kind"], { id, kind: conversationKind, title: text }),
    senderId: id,
    nativeCommand: object(["name"], { name: id, args: text }),
  }),
  outbound: object(["to", "text"], { ...messageMembers, to: id, senderId: id }),
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
    query: text,
    conversationId: id,
    conversationKind,
    threadId: id,
    limit: { type: "integer", minimum: 1, maximum: 100 },
  }),
  poll: object([], {
    accountId: id,
    cursor,
    acknowledgedCursor: cursor,
    limit: { type: "integer", minimum: 1, maximum: 500 },
    timeoutMs,
  }),
  wait: {
    type: "object",
    required: ["kind"],
    properties: { kind: { type: "string" }, accountId: id, timeoutMs },
    discriminator: { propertyName: "kind" },
    oneOf: [
      object(["eventKind"], {
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
      object(["textIncludes"], { kind: { const: "message-text" }, textIncludes: text, direction }),
      object(["threadId"], { kind: { const: "thread-id" }, threadId: id }),
    ],
  },
} as const;

export type BodyName = keyof typeof BODY_SCHEMAS;
