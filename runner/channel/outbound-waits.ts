import { QaError } from "../base/errors.ts";
import { waitForCondition } from "../base/waits.ts";
import type { ChannelBus } from "./channel-bus.ts";
import { formatMessage, recentMessages } from "./transcript.ts";
import type { BusMessage } from "./types.ts";

export type OutboundPredicate = (message: BusMessage) => unknown;

export interface OutboundWaitOptions {
  /** Looks only at the gateway's messages from this one on; counts outbound messages, from 0. */
  sinceIndex?: number;
  /** Called when no message fits; throws to end a wait that cannot succeed any more. */
  giveUp?(): void;
  /** Completes "timed out waiting for …". */
  what?: string;
  signal?: AbortSignal;
}

/** What shorthands and adapters may ask of a message; everything given must hold. */
export interface OutboundFilter {
  conversation?: { id: string; kind?: string };
  threadId?: string;
  textIncludes?: string;
}

export function outboundPredicate(filter: OutboundFilter): (message: BusMessage) => boolean {
  const { conversation, threadId, textIncludes } = filter;
  return (message) =>
    (conversation === undefined ||
      (message.conversation.id === conversation.id &&
        (conversation.kind === undefined || message.conversation.kind === conversation.kind))) &&
    (threadId === undefined || message.threadId === threadId) &&
    (textIncludes === undefined || message.text.includes(textIncludes));
}

/**
 * The first message of the gateway that fits, among those already there or to come.
 * @throws QaError `wait-timeout` that says when there was no message at all
 */
export function waitForOutboundMessage(
  bus: ChannelBus,
  predicate: OutboundPredicate,
  timeoutMs?: number,
  { sinceIndex, giveUp, what = "an outbound message", signal }: OutboundWaitOptions = {},
): Promise<BusMessage> {
  const check = async () => {
    for (const message of bus.outboundMessages(sinceIndex)) {
      if (await predicate(message)) return message;
    }
    giveUp?.();
    return undefined;
  };
  return waitForCondition(bus.wakeups, check, { timeoutMs, what, signal, evidence: () => evidenceOf(bus) });
}

/**
 * Resolves when the gateway has been quiet for `quietMs`, default 1 200.
 * @throws QaError `unexpected-outbound` as soon as there is a message
 */
export async function waitForNoOutbound(
  bus: ChannelBus,
  quietMs = 1_200,
  options: Pick<OutboundWaitOptions, "sinceIndex" | "signal"> = {},
): Promise<void> {
  const { sinceIndex, signal } = options;
  const anyMessage = () => {
    const messages = bus.outboundMessages(sinceIndex);
    return messages.length > 0 && messages;
  };
  const seen = await waitForCondition(bus.wakeups, anyMessage, {
    timeoutMs: quietMs,
    exact: true,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof QaError && error.code === "wait-timeout") return undefined;
    throw error;
  });
  if (!seen) return;
  throw new QaError(`expected no outbound messages, saw ${seen.length}`, {
    code: "unexpected-outbound",
    fault: "product",
    details: seen.map((message) => formatMessage(message)).join("\n"),
  });
}

/** The last messages are part of every failure. */
function evidenceOf(bus: ChannelBus): string {
  return recentMessages(bus).length === 0 ? "no messages on the channel" : "";
}
