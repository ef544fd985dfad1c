import {
  outboundPredicate,
  waitForNoOutbound,
  waitForOutboundMessage,
} from "../../channel/outbound-waits.ts";
import type { InboundMessageInput } from "../../channel/types.ts";
import { type ActionContext, actionsOf } from "../define.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { waitIn } from "../wait.ts";
import { channelActions } from "./channel.ts";
import { throwFailureReply } from "./failure-replies.ts";
import { ACTION_DESCRIPTION, channelAction } from "./messages.ts";
import { QUIET_MS, WAIT_MS } from "./parameters.ts";

/** What `transport` says of itself. */
export const TRANSPORT = {
  id: "qa-channel",
  label: "QA Channel",
  accountId: "default",
  requiredPluginIds: ["qa-channel"],
} as const;

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
    effect: "converses",
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
        giveUp: () => throwFailureReply(context.bus, request.sinceIndex),
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
  waitForCondition: define({
    summary: "See the function `waitForCondition`.",
    params: channelActions.waitForCondition.params,
    returns: channelActions.waitForCondition.returns,
    effect: "reads",
    budgetMs: channelActions.waitForCondition.budgetMs,
    run: channelActions.waitForCondition.run,
  }),
  waitReady: define({
    summary: "Waits until the gateway's QA channel is connected to the bus.",
    params: [
      { name: "request", type: "{ gateway, timeoutMs? }", description: "`timeoutMs` defaults to 45 000" },
    ],
    returns: "nothing",
    effect: "reads",
    needs: "qa-channel",
    budgetMs: budgetOfRequest(45_000),
    run: (context, { timeoutMs }: { timeoutMs?: number }) => waitForChannelReady(context, timeoutMs),
  }),
  buildAgentDelivery: define({
    summary: "Where the reply of an agent turn goes, as the `agent` method takes it.",
    params: [{ name: "request", type: "{ target }", description: "for instance `dm:alice`" }],
    returns: "{ channel, to, replyChannel, replyTo }",
    effect: "reads",
    run: (_context, { target }: { target: string }) => agentDelivery(target),
  }),
  handleAction: define({
    summary: "See the function `handleQaAction`.",
    params: [{ name: "request", type: "{ action, args }", description: ACTION_DESCRIPTION }],
    returns: "{ message } or { thread }",
    effect: "converses",
    needs: "qa-channel",
    run: channelAction,
  }),
  createGatewayConfig: define({
    summary: "The part of the gateway's config that connects it to a bus.",
    params: [{ name: "request", type: "{ baseUrl }", description: "where the bus listens" }],
    returns: "{ channels }",
    effect: "reads",
    run: (_context, { baseUrl }: { baseUrl: string }) => ({
      channels: { [TRANSPORT.id]: { enabled: true, baseUrl, allowFrom: ["*"] } },
    }),
  }),
}));

/** Parameters of the `agent` method that send its reply to the channel. */
export function agentDelivery(target: string) {
  return { channel: TRANSPORT.id, to: target, replyChannel: TRANSPORT.id, replyTo: target };
}
