import { DEFAULT_ACCOUNT } from "./defaults.ts";
import type { BusMessage, SearchInput } from "./types.ts";

/** Whether a message fits everything that the search names. */
export function matchesSearch(message: BusMessage, search: SearchInput): boolean {
  return (
    message.accountId === (search.accountId ?? DEFAULT_ACCOUNT) &&
    (search.conversationId === undefined || message.conversation.id === search.conversationId) &&
    (search.conversationKind === undefined || message.conversation.kind === search.conversationKind) &&
    (search.threadId === undefined || message.threadId === search.threadId) &&
    mentions(message, search.query?.trim().toLowerCase() ?? "")
  );
}

function mentions(message: BusMessage, query: string): boolean {
  const texts = [
    message.text,
    ...message.attachments.map(({ fileName }) => fileName ?? ""),
    ...(message.toolCalls ?? []).map(({ name }) => name),
  ];
  return texts.some((text) => text.toLowerCase().includes(query));
}
