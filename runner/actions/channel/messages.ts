import { QaError } from "../../base/errors.ts";
import {
  formatConversationTranscript,
  recentOutboundSummary,
  type TranscriptFilter,
  transcriptMessages,
} from "../../channel/transcript.ts";
import type { InboundMessageInput, OutboundMessageInput } from "../../channel/types.ts";
import type { Parameter } from "../../flow/vocabulary.ts";
import { type ActionContext, actionsOf, STATE_PARAMETER } from "../define.ts";

const TRANSCRIPT_PARAMETER: Parameter = {
  name: "filter",
  type: "{ conversationId?, threadId?, direction?, limit? }",
  optional: true,
  description: "default: everything",
};

interface ChannelAction {
  action: "react" | "edit" | "delete" | "thread-create";
  args: { messageId?: string; emoji?: string; text?: string; channelId?: string; title?: string };
}

/** Carries out what a person does in the chat's own client: no agent is involved. */
export function channelAction(context: ActionContext, { action, args }: ChannelAction): unknown {
  const { bus } = context;
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
      throw new QaError(`handleQaAction: unknown action ${JSON.stringify(action)}`, {
        code: "bad-argument",
        fault: "scenario",
        hint: "Known: react, edit, delete, thread-create.",
      });
  }
}

/** What `handleQaAction` and `transport.handleAction` take beside the object that holds them. */
export const ACTION_DESCRIPTION =
  "`action` is react { messageId, emoji }, edit { messageId, text }, delete { messageId } or thread-create { channelId, title }";

export const messageActions = actionsOf("channel", (define) => ({
  recentOutboundSummary: define({
    summary: "The gateway's last messages as text, for failure messages.",
    params: [STATE_PARAMETER, { name: "limit", type: "number", optional: true, description: "default 5" }],
    returns: "string",
    effect: "reads",
    needs: "qa-channel",
    run: (context, _state: object, limit?: number) => recentOutboundSummary(context.bus, limit),
  }),
  formatConversationTranscript: define({
    summary: "A conversation as lines of text, oldest first.",
    params: [STATE_PARAMETER, TRANSCRIPT_PARAMETER],
    returns: "string",
    aliases: ["formatTransportTranscript"],
    effect: "reads",
    needs: "qa-channel",
    run: (context, _state: object, filter?: TranscriptFilter) =>
      formatConversationTranscript(context.bus, filter),
  }),
  readTransportTranscript: define({
    summary: "The messages of a conversation, oldest first.",
    params: [STATE_PARAMETER, TRANSCRIPT_PARAMETER],
    returns: "array of messages",
    effect: "reads",
    needs: "qa-channel",
    run: (context, _state: object, filter?: TranscriptFilter) => transcriptMessages(context.bus, filter),
  }),
  getTransportSnapshot: define({
    summary: "The same as `state.getSnapshot()`.",
    params: [],
    returns: "{ cursor, conversations, threads, messages, events }",
    effect: "reads",
    needs: "qa-channel",
    run: (context) => context.bus.getSnapshot(),
  }),
  injectInboundMessage: define({
    summary: "The same as `state.addInboundMessage(message)`.",
    params: [{ name: "message", type: "object", description: "see `state.addInboundMessage`" }],
    returns: "the message",
    effect: "converses",
    needs: "qa-channel",
    run: (context, message: InboundMessageInput) => context.bus.addInboundMessage(message),
  }),
  injectOutboundMessage: define({
    summary: "The same as `state.addOutboundMessage(message)`.",
    params: [{ name: "message", type: "object", description: "see `state.addOutboundMessage`" }],
    returns: "the message",
    effect: "converses",
    needs: "qa-channel",
    run: (context, message: OutboundMessageInput) => context.bus.addOutboundMessage(message),
  }),
  readTransportMessage: define({
    summary: "The same as `state.readMessage(query)`.",
    params: [{ name: "query", type: "{ messageId }", description: "its id" }],
    returns: "the message",
    effect: "reads",
    needs: "qa-channel",
    run: (context, query: { messageId: string }) => context.bus.readMessage(query),
  }),
  handleQaAction: define({
    summary: "Does on the channel what a person can do in a chat client: react, edit, delete, open a thread.",
    params: [{ name: "request", type: "{ env, action, args }", description: ACTION_DESCRIPTION }],
    returns: "{ message } or { thread }",
    effect: "converses",
    needs: "qa-channel",
    run: channelAction,
  }),
}));
