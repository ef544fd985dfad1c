import type { ConversationKind } from "./types.ts";

/** Where an outbound message goes. */
export interface Target {
  conversationId: string;
  kind: ConversationKind;
  threadId?: string;
}

const KIND_OF_PREFIX = { dm: "direct", channel: "channel", group: "group" } as const;
const PREFIX_OF_KIND = { direct: "dm", channel: "channel", group: "group" } as const;

/**
 * Reads `dm:<user>`, `channel:<room>`, `group:<id>` and `thread:<room>/<thread>`; anything without
 * such a prefix is the id of a direct conversation. A thread lies in a channel; its id starts after
 * the last slash, so that a room may have slashes in its name.
 * @throws Error when the part behind the prefix is missing
 */
export function parseTarget(text: string): Target {
  const target = text.trim();
  const colon = target.indexOf(":");
  const prefix = target.slice(0, Math.max(colon, 0));
  const rest = target.slice(colon + 1).trim();
  if (prefix === "thread") {
    const slash = rest.lastIndexOf("/");
    const conversationId = rest.slice(0, Math.max(slash, 0));
    const threadId = rest.slice(slash + 1);
    if (!conversationId || !threadId) {
      throw new Error(`invalid target "${text}": a thread is written thread:<room>/<thread>`);
    }
    return { conversationId, kind: "channel", threadId };
  }
  if (prefix === "dm" || prefix === "channel" || prefix === "group") {
    if (!rest) throw new Error(`invalid target "${text}": nothing stands behind "${prefix}:"`);
    return { conversationId: rest, kind: KIND_OF_PREFIX[prefix] };
  }
  if (!target) throw new Error("invalid target: it is empty");
  return { conversationId: target, kind: "direct" };
}

/** The inverse of `parseTarget`, always with a prefix. */
export function formatTarget(target: Target): string {
  return target.threadId === undefined
    ? `${PREFIX_OF_KIND[target.kind]}:${target.conversationId}`
    : `thread:${target.conversationId}/${target.threadId}`;
}
