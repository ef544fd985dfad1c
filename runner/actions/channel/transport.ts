import { plural } from "../../base/text.ts";
import {
  outboundPredicate,
  waitForNoOutbound,
  waitForOutboundMessage,
} from "../../channel/outbound-waits.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { type FlowObject, value } from "../env/run.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { milliseconds, NOTHING, NUMBER, OBJECT, record, STRING, STRINGS, type ValuesOf } from "../schema.ts";
import { waitIn } from "../wait.ts";
import { channelActions } from "./channel.ts";
import { throwFailureReply } from "./failure-replies.ts";
import { QUIET_MS, WAIT_MS } from "./limits.ts";
import { CHANNEL_ACTION_PARAMS, CHANNEL_ACTION_RESULT, channelAction } from "./messages.ts";
import { CONVERSATION_FILTER, INBOUND_PARAMS, MESSAGE, SINCE_INDEX } from "./schemas.ts";
import { stateActions, stateObject } from "./state.ts";

const CHANNEL_ID = "qa-channel";

const SEQUENCE_PARAMS = {
  finalTextIncludes: { ...STRING, description: "part of the text with which the reply ends" },
  ...CONVERSATION_FILTER,
  minimumPreviewEvents: { ...NUMBER, default: 0, description: "messages and edits before the final text" },
  timeoutMs: milliseconds(WAIT_MS),
} as const;

/** What the channel saw of a reply that is built up by sending and editing, until its final text. */
function waitForReplySequence(context: ActionContext, params: ValuesOf<typeof SEQUENCE_PARAMS>) {
  const { conversationId, threadId, finalTextIncludes, minimumPreviewEvents, timeoutMs } = params;
  return waitIn(
    context,
    `a reply that ends with ${JSON.stringify(finalTextIncludes)} after ${plural(minimumPreviewEvents, "preview")}`,
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

const { text: _text, ...COMMAND_PARAMS } = INBOUND_PARAMS;

/** Members of `transport`, which the flow's shorthands (`sendInbound: …`) call. */
const transportActions = actionsOf("transport", (define) => ({
  sendNativeCommand: define({
    summary: "Sends a chat command the way a client with a command menu does.",
    params: {
      ...COMMAND_PARAMS,
      command: { ...STRING, description: "without the slash" },
      args: { ...STRING, optional: true, description: "what follows it" },
    },
    main: "command",
    positional: [members("message")],
    inSteps: "`chooseCommand`",
    returns: MESSAGE,
    needs: "qa-channel",
    sync: true,
    run: (context, { command, args, ...message }) =>
      context.bus.addInboundMessage({
        ...message,
        text: `/${command}${args ? ` ${args}` : ""}`,
        nativeCommand: { name: command, ...(args ? { args } : {}) },
      }),
  }),
  waitForOutbound: define({
    summary: "Waits for a message of the gateway that fits everything given.",
    params: {
      textIncludes: { ...STRING, optional: true, description: "part of its text" },
      conversation: { ...record({ id: STRING }, { kind: STRING }), optional: true, description: "where" },
      threadId: { ...STRING, optional: true },
      sinceIndex: SINCE_INDEX,
      timeoutMs: milliseconds(WAIT_MS),
    },
    main: "textIncludes",
    positional: [members("request")],
    inSteps: "`expectMessage`",
    returns: MESSAGE,
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { sinceIndex, timeoutMs, ...filter }) =>
      waitForOutboundMessage(context.bus, outboundPredicate(filter), timeoutMs, {
        sinceIndex,
        giveUp: () => throwFailureReply(context.bus, sinceIndex),
        signal: context.signal(),
      }),
  }),
  waitForOutboundSequence: define({
    summary: "Waits for a reply that grows by previews and edits into its final text.",
    params: SEQUENCE_PARAMS,
    main: "finalTextIncludes",
    positional: [members("request")],
    inSteps: "`expectMessage`, then `expectMessageState` with its `editedAt`",
    returns: record({
      events: { type: "array", items: record({ kind: { enum: ["sent", "edited"] }, message: MESSAGE }) },
      final: MESSAGE,
    }),
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: waitForReplySequence,
  }),
  waitForNoOutbound: define({
    summary: "Fails as soon as the gateway sends something within the quiet period.",
    params: { quietMs: milliseconds(QUIET_MS), sinceIndex: SINCE_INDEX },
    main: "quietMs",
    positional: [members("request?")],
    inSteps: "`expectNoMessage`",
    returns: NOTHING,
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ quietMs }) => quietMs,
    run: (context, { quietMs, sinceIndex }) =>
      waitForNoOutbound(context.bus, quietMs, { sinceIndex, signal: context.signal() }),
  }),
  reset: { ...channelActions.reset, summary: "See the function `reset`.", subject: "transport" },
  waitForCondition: {
    ...channelActions.waitForCondition,
    summary: "See the function `waitForCondition`.",
    subject: "transport",
  },
  waitReady: define({
    summary: "Waits until the gateway's QA channel is connected to the bus.",
    params: { timeoutMs: milliseconds(45_000) },
    main: "timeoutMs",
    positional: [members("request")],
    inSteps: "`expectChannel`",
    returns: NOTHING,
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { timeoutMs }) => waitForChannelReady(context, timeoutMs),
  }),
  buildAgentDelivery: define({
    summary: "Where the reply of an agent turn goes, as the `agent` method takes it.",
    params: { target: { ...STRING, description: "for instance `dm:alice`" } },
    main: "target",
    positional: [members("request")],
    inSteps: "nothing: `ask` and `startTurn` know where the reply goes",
    returns: record({ channel: STRING, to: STRING, replyChannel: STRING, replyTo: STRING }),
    effect: "reads",
    sync: true,
    run: (_context, { target }) => agentDelivery(target),
  }),
  handleAction: define({
    summary: "See the function `handleQaAction`.",
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
  createGatewayConfig: define({
    summary: "The part of the gateway's config that connects it to a bus.",
    params: { baseUrl: { ...STRING, description: "where the bus listens" } },
    main: "baseUrl",
    positional: [members("request")],
    inSteps: "nothing: the run's config has it",
    returns: record({ channels: OBJECT }),
    effect: "reads",
    sync: true,
    run: (_context, { baseUrl }) => ({
      channels: { [CHANNEL_ID]: { enabled: true, baseUrl, allowFrom: ["*"] } },
    }),
  }),
}));

export const transportObject: FlowObject = {
  kind: "object",
  subject: "transport",
  summary: "The channel in the words that work for every channel driver.",
  members: {
    sendInbound: { ...stateActions.addInboundMessage, subject: "transport" },
    ...transportActions,
    id: value("transport", STRING, "`qa-channel`", () => CHANNEL_ID),
    label: value("transport", STRING, "Name for people.", () => "QA Channel"),
    accountId: value("transport", STRING, "Account of the gateway on the channel.", () => "default"),
    requiredPluginIds: value("transport", STRINGS, "Plugins that the gateway needs for the channel.", () => [
      CHANNEL_ID,
    ]),
    state: stateObject,
  },
};

/** Parameters of the `agent` method that send its reply to the channel. */
export function agentDelivery(target: string) {
  return { channel: CHANNEL_ID, to: target, replyChannel: CHANNEL_ID, replyTo: target };
}
