import { QaError } from "../errors.ts";
import type { QaBus } from "./bus.ts";
import { formatMessage, recentMessages } from "./transcript.ts";
import type { BusMessage } from "./types.ts";
import { waitForCondition } from "./waits.ts";

export type OutboundPredicate = (message: BusMessage) => unknown;

export interface OutboundWaitOptions {
  /** Looks only at the gateway's messages from this one on; counts outbound messages, from 0. */
  sinceIndex?: number;
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
 * @throws QaError `wait-timeout` with the last messages that were there
 */
export async function waitForOutboundMessage(
  bus: QaBus,
  predicate: OutboundPredicate,
  timeoutMs?: number,
  options: OutboundWaitOptions = {},
): Promise<BusMessage> {
  const [message] = await waitForOutboundSequence(bus, [predicate], timeoutMs, {
    what: "an outbound message",
    ...options,
  });
  if (!message) throw new Error("a sequence of one predicate gave no message");
  return message;
}

/**
 * Messages of the gateway that fit the predicates in their order; others may stand between them.
 * @throws QaError `wait-timeout` saying how far the sequence got
 */
export function waitForOutboundSequence(
  bus: QaBus,
  predicates: readonly OutboundPredicate[],
  timeoutMs?: number,
  options: OutboundWaitOptions = {},
): Promise<BusMessage[]> {
  const { sinceIndex, signal, what = `a sequence of ${predicates.length} outbound messages` } = options;
  let matched = 0;
  const check = async () => {
    const found: BusMessage[] = [];
    for (const message of bus.outboundMessages(sinceIndex)) {
      const predicate = predicates[found.length];
      if (predicate && (await predicate(message))) found.push(message);
    }
    matched = found.length;
    // The caller wants to see which messages were there, not how the check counts them.
    return found.length === predicates.length ? found : undefined;
  };
  return waitForCondition(bus.wakeups, check, {
    timeoutMs,
    what,
    signal,
    evidence: () => evidenceOf(bus, matched, predicates.length),
  });
}

/**
 * Resolves when the gateway has been quiet for `quietMs`, default 1 200.
 * @throws QaError `unexpected-outbound` as soon as there is a message
 */
export async function waitForNoOutbound(
  bus: QaBus,
  quietMs = 1_200,
  options: Pick<OutboundWaitOptions, "sinceIndex" | "signal"> = {},
): Promise<void> {
  const { sinceIndex, signal } = options;
  const anyMessage = () => {
    const messages = bus.outboundMessages(sinceIndex);
    return messages.length > 0 && messages;
  };
  const seen = await waitForCondition(bus.wakeups, anyMessage, { timeoutMs: quietMs, signal }).catch(
    (error: unknown) => {
      if (error instanceof QaError && error.code === "wait-timeout") return undefined;
      throw error;
    },
  );
  if (!seen) return;
  throw new QaError(`expected no outbound messages, saw ${seen.length}`, {
    code: "unexpected-outbound",
    fault: "product",
    details: seen.map(formatMessage).join("\n"),
  });
}

function evidenceOf(bus: QaBus, matched: number, wanted: number): string {
  const recent = recentMessages(bus);
  const lines = recent.length === 0 ? ["no messages on the channel"] : ["last messages:", ...recent];
  return [...(wanted > 1 ? [`matched ${matched} of ${wanted}`] : []), ...lines].join("\n");
}
