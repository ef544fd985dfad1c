import { QaError } from "../../base/errors.ts";
import type { ChannelBus } from "../../channel/channel-bus.ts";
import type { BusMessage } from "../../channel/types.ts";

/** How gateways report a failed turn to the person who asked. */
const FAILURE_REPLIES: readonly RegExp[] = [
  /^⚠️ (?:something went wrong|session history|context overflow|message ordering conflict)/i,
  /^⚠️ (?:model login|agent failed before reply|no api key found|missing api key)/i,
  /^⚠️ ✉️ message failed/i,
  /\btool [\w.-]+ not found\b/i,
  /^status\s*[:=]\s*(?:blocked|failed)\b/im,
];

function isFailureReply({ direction, text }: BusMessage): boolean {
  return direction === "outbound" && FAILURE_REPLIES.some((pattern) => pattern.test(text.trim()));
}

/**
 * Ends a wait that has become pointless: the gateway said that the turn failed.
 * @param sinceIndex counts outbound messages, from 0
 * @throws QaError `failure-reply`
 */
export function throwFailureReply(bus: ChannelBus, sinceIndex = 0): void {
  const failure = bus.outboundMessages(sinceIndex).find(isFailureReply);
  if (!failure) return;
  throw new QaError(`the gateway replied that it failed: ${failure.text.trim()}`, {
    code: "failure-reply",
    fault: "product",
    hint: "To wait for this very message, let the predicate accept it.",
  });
}
