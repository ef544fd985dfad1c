import {
  formatConversationTranscript,
  recentOutboundSummary,
  type TranscriptFilter,
} from "../../channel/transcript.ts";
import type { BusMessage, BusThread } from "../../channel/types.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { NUMBER, record, STRING, type ValuesOf } from "../schema.ts";
import { CONVERSATION_FILTER, MESSAGE, THREAD } from "./schemas.ts";

export const TRANSCRIPT_PARAMS = {
  ...CONVERSATION_FILTER,
  direction: { enum: ["inbound", "outbound"], optional: true },
  limit: { ...NUMBER, optional: true, description: "only the last ones" },
} as const;

export const CHANNEL_ACTION_PARAMS = {
  action: { enum: ["react", "edit", "delete", "thread-create"], description: "what is done" },
  args: {
    ...record({}, { messageId: STRING, emoji: STRING, text: STRING, channelId: STRING, title: STRING }),
    description:
      "of react { messageId, emoji }, of edit { messageId, text }, of delete { messageId }, of thread-create { channelId, title }",
  },
} as const;

const ID = { ...STRING, description: "id of the message" } as const;
const AS = { ...STRING, default: "qa-operator", description: "who" } as const;

/** @throws QaError `bad-argument` where there is no such message */
function messageBy({ bus }: ActionContext, messageId: string, senderId: string) {
  const { messages } = bus.getSnapshot();
  if (messages.some(({ id }) => id === messageId)) return { messageId, senderId };
  throw badArgument(
    `there is no message ${messageId} on the channel`,
    "Take the `id` of a message that was saved.",
  );
}

export const CHANNEL_ACTION_RESULT = record({}, { message: MESSAGE, thread: THREAD });

/** Carries out what a person does in the chat's own client: no agent is involved. */
export function channelAction(
  { bus }: ActionContext,
  { action, args }: ValuesOf<typeof CHANNEL_ACTION_PARAMS>,
): { message: BusMessage } | { thread: BusThread } {
  const messageId = String(args.messageId);
  switch (action) {
    case "react":
      return { message: bus.react({ messageId, emoji: String(args.emoji) }) };
    case "edit":
      return { message: bus.edit({ messageId, text: String(args.text) }) };
    case "delete":
      return { message: bus.delete({ messageId }) };
    case "thread-create":
      return {
        thread: bus.createThread({ conversationId: String(args.channelId), title: String(args.title) }),
      };
    default:
      throw badArgument(
        `handleQaAction: unknown action ${JSON.stringify(action)}`,
        "Known: react, edit, delete, thread-create.",
      );
  }
}

export const messageActions = actionsOf("channel", (define) => ({
  recentOutboundSummary: define({
    summary: "The gateway's last messages as text, for failure messages.",
    params: { limit: { ...NUMBER, default: 5, description: "how many" } },
    main: "limit",
    positional: ["state", "limit"],
    inSteps: "nothing: a failure shows the messages",
    returns: STRING,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: (context, { limit }) => recentOutboundSummary(context.bus, limit),
  }),
  formatConversationTranscript: define({
    summary: "A conversation as lines of text, oldest first.",
    params: TRANSCRIPT_PARAMS,
    main: "conversationId",
    positional: ["state", members("filter?")],
    inSteps: "`expectMessages`",
    returns: STRING,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: (context, filter: TranscriptFilter) => formatConversationTranscript(context.bus, filter),
  }),
  handleQaAction: define({
    summary: "Does on the channel what a person can do in a chat client: react, edit, delete, open a thread.",
    params: CHANNEL_ACTION_PARAMS,
    main: "action",
    positional: [members("request")],
    inSteps: "`react`, `editMessage`, `deleteMessage`, `openThread`",
    returns: CHANNEL_ACTION_RESULT,
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: channelAction,
  }),
  react: define({
    summary: "A person reacts to a message.",
    params: {
      emoji: { ...STRING, description: "with what" },
      to: ID,
      as: AS,
    },
    main: "emoji",
    returns: MESSAGE,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: (context, { emoji, to, as }) => context.bus.react({ ...messageBy(context, to, as), emoji }),
  }),
  editMessage: define({
    summary: "A person edits a message.",
    params: { id: ID, text: { ...STRING, description: "what it says from now on" }, as: AS },
    main: "id",
    returns: MESSAGE,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: (context, { id, text, as }) => context.bus.edit({ ...messageBy(context, id, as), text }),
  }),
  deleteMessage: define({
    summary: "A person deletes a message.",
    params: { id: ID, as: AS },
    main: "id",
    returns: MESSAGE,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: (context, { id, as }) => context.bus.delete(messageBy(context, id, as)),
  }),
  openThread: define({
    summary: "A person opens a thread in a room.",
    params: {
      title: { ...STRING, description: "the thread's title" },
      in: { ...STRING, description: "the room" },
    },
    main: "title",
    returns: THREAD,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }, { title, in: conversationId }) => bus.createThread({ conversationId, title }),
  }),
}));
