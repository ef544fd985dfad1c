import { QaError } from "../base/errors.ts";
import type { InboundMessageInput, OutboundMessageInput } from "./types.ts";

const KINDS = ["direct", "channel", "group"];

/**
 * Flows are not type-checked: a message that lacks something is named here, before it is stored.
 * @throws QaError `bad-argument`, fault scenario
 */
export function checkInboundMessage(input: Partial<InboundMessageInput>): void {
  const { conversation, senderId, text } = input;
  const problem =
    (isMissing(conversation?.id) && "conversation.id is missing") ||
    (!KINDS.includes(String(conversation?.kind)) && `conversation.kind must be one of ${KINDS.join(", ")}`) ||
    (isMissing(senderId) && "senderId is missing") ||
    (typeof text !== "string" && "text is missing");
  if (problem) refuse("inbound", problem, "{ conversation: { id, kind }, senderId, text, threadId?, … }");
}

/** The same for messages of the gateway. @throws QaError `bad-argument`, fault scenario */
export function checkOutboundMessage({ to, text }: Partial<OutboundMessageInput>): void {
  const problem = (isMissing(to) && "to is missing") || (typeof text !== "string" && "text is missing");
  if (problem) refuse("outbound", problem, '{ to: "dm:<user>", text, threadId?, … }');
}

function isMissing(value: unknown): boolean {
  return typeof value !== "string" || value === "";
}

function refuse(direction: string, problem: string, shape: string): never {
  throw new QaError(`${direction} message: ${problem}`, {
    code: "bad-argument",
    fault: "scenario",
    hint: `A message looks like ${shape}.`,
  });
}
