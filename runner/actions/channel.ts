import { outboundPredicate, waitForNoOutbound, waitForOutboundMessage } from "../channel/outbound-waits.ts";
import { formatConversationTranscript, recentOutboundSummary } from "../channel/transcript.ts";
import type { BusMessage, InboundMessageInput, OutboundMessageInput } from "../channel/types.ts";
import { QaError } from "../errors.ts";
import { type ActionContext, actionsOf, STATE_PARAMETER } from "./action.ts";
import { waitIn } from "./wait.ts";

const WAIT_MS = 15_000;
const QUIET_MS = 1_200;

const timeoutParameter = (fallback: number) =>
  ({
    name: "timeoutMs",
    type: "number",
    optional: true,
    description: `milliseconds; default ${fallback}`,
  }) as const;
const SINCE_PARAMETER = {
  name: "options",
  type: "{ sinceIndex?: number }",
  optional: true,
  description: "look only at outbound messages from this one on, counted from 0",
} as const;
const TRANSCRIPT_PARAMETER = {
  name: "filter",
  type: "{ conversationId?, threadId?, direction?, limit? }",
  optional: true,
  description: "default: everything",
} as const;

interface ChannelAction {
  action: "react" | "edit" | "delete" | "thread-create";
  args: { messageId?: string; emoji?: string; text?: string; channelId?: string; title?: string };
}

/** Carries out what a person does in the chat's own client: no agent is involved. */
function channelAction(context: ActionContext, { action, args }: ChannelAction): unknown {
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

export const channelActions = actionsOf("channel", (define) => ({
  waitForCondition: define({
    summary:
      "Waits until `check` gives something other than null, undefined and false, and returns it. Checks again whenever something happens on the channel, in the gateway or at the model; the interval is only the fallback.",
    params: [
      { name: "check", type: "() => unknown", description: "may be async" },
      timeoutParameter(WAIT_MS),
      { name: "intervalMs", type: "number", optional: true, description: "milliseconds; default 100" },
    ],
    returns: "what `check` gave",
    effect: "reads",
    budgetMs: ([, timeoutMs]) => Number(timeoutMs ?? WAIT_MS),
    run: (context, check: () => unknown, timeoutMs: number = WAIT_MS, intervalMs?: number) =>
      waitIn(context, check.name || "the condition", check, { timeoutMs, intervalMs }),
  }),
  waitForOutboundMessage: define({
    summary:
      "Waits for the first message of the gateway that satisfies the predicate; it may be there already.",
    params: [
      STATE_PARAMETER,
      { name: "predicate", type: "(message) => boolean", description: "judges an outbound message" },
      timeoutParameter(WAIT_MS),
      SINCE_PARAMETER,
    ],
    returns: "the message",
    effect: "reads",
    needs: "qa-channel",
    aliases: ["waitForTransportOutboundMessage", "waitForChannelOutboundMessage"],
    budgetMs: ([, , timeoutMs]) => Number(timeoutMs ?? WAIT_MS),
    run: (
      context,
      _state: object,
      predicate: (message: BusMessage) => unknown,
      timeoutMs: number = WAIT_MS,
      options: { sinceIndex?: number } = {},
    ) =>
      waitForOutboundMessage(context.bus, predicate, timeoutMs, {
        ...options,
        what: predicate.name ? `an outbound message with ${predicate.name}` : undefined,
        signal: context.signal(),
      }),
  }),
  waitForNoOutbound: define({
    summary: "Fails as soon as the gateway sends something within the quiet period.",
    params: [STATE_PARAMETER, { ...timeoutParameter(QUIET_MS), name: "quietMs" }, SINCE_PARAMETER],
    returns: "nothing",
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ([, quietMs]) => Number(quietMs ?? QUIET_MS),
    run: (context, _state: object, quietMs: number = QUIET_MS, options: { sinceIndex?: number } = {}) =>
      waitForNoOutbound(context.bus, quietMs, { ...options, signal: context.signal() }),
  }),
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
    effect: "reads",
    needs: "qa-channel",
    aliases: ["formatTransportTranscript", "readTransportTranscript"],
    run: (context, _state: object, filter?: Parameters<typeof formatConversationTranscript>[1]) =>
      formatConversationTranscript(context.bus, filter),
  }),
  getTransportSnapshot: define({
    summary: "The same as `state.getSnapshot()`.",
    params: [STATE_PARAMETER],
    returns: "{ cursor, conversations, threads, messages, events }",
    effect: "reads",
    needs: "qa-channel",
    run: (context) => context.bus.getSnapshot(),
  }),
  injectInboundMessage: define({
    summary: "The same as `state.addInboundMessage(message)`.",
    params: [
      STATE_PARAMETER,
      { name: "message", type: "object", description: "see `state.addInboundMessage`" },
    ],
    returns: "the message",
    needs: "qa-channel",
    run: (context, _state: object, message: InboundMessageInput) => context.bus.addInboundMessage(message),
  }),
  injectOutboundMessage: define({
    summary: "The same as `state.addOutboundMessage(message)`.",
    params: [
      STATE_PARAMETER,
      { name: "message", type: "object", description: "see `state.addOutboundMessage`" },
    ],
    returns: "the message",
    needs: "qa-channel",
    run: (context, _state: object, message: OutboundMessageInput) => context.bus.addOutboundMessage(message),
  }),
  readTransportMessage: define({
    summary: "The same as `state.readMessage(query)`.",
    params: [STATE_PARAMETER, { name: "query", type: "{ messageId }", description: "its id" }],
    returns: "the message",
    effect: "reads",
    needs: "qa-channel",
    run: (context, _state: object, query: { messageId: string }) => context.bus.readMessage(query),
  }),
  reset: define({
    summary:
      "Empties the channel: messages and threads are forgotten, so that old ones cannot satisfy a wait.",
    params: [],
    returns: "nothing",
    effect: "reads",
    needs: "qa-channel",
    aliases: ["resetBus", "resetTransport"],
    run: (context) => context.bus.reset(),
  }),
  handleQaAction: define({
    summary: "Does on the channel what a person can do in a chat client: react, edit, delete, open a thread.",
    params: [
      {
        name: "request",
        type: "{ env, action, args }",
        description:
          "`action` is react { messageId, emoji }, edit { messageId, text }, delete { messageId } or thread-create { channelId, title }",
      },
    ],
    returns: "{ message } or { thread }",
    needs: "qa-channel",
    run: channelAction,
  }),
}));

interface SequenceRequest {
  conversationId?: string;
  threadId?: string;
  finalTextIncludes: string;
  minimumPreviewEvents?: number;
  timeoutMs?: number;
}

/** What the channel saw of a reply that is built up by sending and editing, until its final text. */
function waitForReplySequence(context: ActionContext, request: SequenceRequest) {
  const { conversationId, threadId, finalTextIncludes, minimumPreviewEvents = 0, timeoutMs } = request;
  return waitIn(
    context,
    `a reply that ends with ${JSON.stringify(finalTextIncludes)} after ${minimumPreviewEvents} preview(s)`,
    () => {
      const events = context.bus.getSnapshot().events.flatMap((event) => {
        if (event.kind !== "outbound-message" && event.kind !== "message-edited") return [];
        const { message } = event;
        if (message.direction !== "outbound") return [];
        if (conversationId !== undefined && message.conversation.id !== conversationId) return [];
        if (threadId !== undefined && message.threadId !== threadId) return [];
        return [{ kind: event.kind === "outbound-message" ? "sent" : "edited", message }];
      });
      const end = events.findIndex(({ message }) => message.text.includes(finalTextIncludes));
      return end >= minimumPreviewEvents && end !== -1
        ? { events: events.slice(0, end + 1), final: events[end]?.message }
        : undefined;
    },
    { timeoutMs },
  );
}

const budgetOfRequest =
  (fallback: number) =>
  ([request]: readonly unknown[]) =>
    (request as { timeoutMs?: number } | undefined)?.timeoutMs ?? fallback;

/** Members of `transport`, which the flow's shorthands (`sendInbound: …`) call. */
export const transportActions = actionsOf("transport", (define) => ({
  sendInbound: define({
    summary: "Writes a message to the gateway, as a person would.",
    params: [
      {
        name: "message",
        type: "{ conversation: { id, kind }, senderId, senderName?, text, threadId?, replyToId? }",
        description: "`kind` is direct, channel or group",
      },
    ],
    returns: "the message",
    needs: "qa-channel",
    run: (context, message: InboundMessageInput) => context.bus.addInboundMessage(message),
  }),
  sendNativeCommand: define({
    summary: "Sends a chat command the way a client with a command menu does.",
    params: [
      {
        name: "message",
        type: "{ conversation: { id, kind }, senderId, command, args? }",
        description: "`command` without the slash",
      },
    ],
    returns: "the message",
    needs: "qa-channel",
    run: (
      context,
      { command, args, ...message }: Omit<InboundMessageInput, "text"> & { command: string; args?: string },
    ) =>
      context.bus.addInboundMessage({
        ...message,
        text: `/${command}${args ? ` ${args}` : ""}`,
        nativeCommand: { name: command, ...(args ? { args } : {}) },
      }),
  }),
  waitForOutbound: define({
    summary: "Waits for a message of the gateway that fits everything given.",
    params: [
      {
        name: "request",
        type: "{ conversation?, threadId?, textIncludes?, sinceIndex?, timeoutMs? }",
        description: "`timeoutMs` defaults to 15 000",
      },
    ],
    returns: "the message",
    effect: "reads",
    needs: "qa-channel",
    budgetMs: budgetOfRequest(WAIT_MS),
    run: (
      context,
      request: Parameters<typeof outboundPredicate>[0] & { sinceIndex?: number; timeoutMs?: number },
    ) =>
      waitForOutboundMessage(context.bus, outboundPredicate(request), request.timeoutMs ?? WAIT_MS, {
        sinceIndex: request.sinceIndex,
        signal: context.signal(),
      }),
  }),
  waitForOutboundSequence: define({
    summary: "Waits for a reply that grows by previews and edits into its final text.",
    params: [
      {
        name: "request",
        type: "{ conversationId?, threadId?, finalTextIncludes, minimumPreviewEvents?, timeoutMs? }",
        description: "previews are messages and edits before the final text",
      },
    ],
    returns: "{ events: [{ kind: sent | edited, message }], final }",
    effect: "reads",
    needs: "qa-channel",
    budgetMs: budgetOfRequest(WAIT_MS),
    run: waitForReplySequence,
  }),
  waitForNoOutbound: define({
    summary: "Fails as soon as the gateway sends something within the quiet period.",
    params: [
      { name: "request", type: "{ quietMs?, sinceIndex? }", optional: true, description: "default 1 200 ms" },
    ],
    returns: "nothing",
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ([request]) => (request as { quietMs?: number } | undefined)?.quietMs ?? QUIET_MS,
    run: (context, { quietMs = QUIET_MS, sinceIndex }: { quietMs?: number; sinceIndex?: number } = {}) =>
      waitForNoOutbound(context.bus, quietMs, { sinceIndex, signal: context.signal() }),
  }),
  reset: define({
    summary: "See the function `reset`.",
    params: [],
    returns: "nothing",
    effect: "reads",
    needs: "qa-channel",
    run: (context) => context.bus.reset(),
  }),
}));
