import { actionsOf, members } from "../define.ts";
import { record, STRING, type ValueOf, type ValuesOf } from "../schema.ts";
import { CONVERSATION_KIND } from "./schemas.ts";

export const PEER = record({ kind: CONVERSATION_KIND, id: STRING });
export type Peer = ValueOf<typeof PEER>;

/** How direct chats are separated; `main`: they all share one session. */
const DIRECT_SCOPE = { enum: ["main", "per-peer", "per-channel-peer", "per-account-channel-peer"] } as const;
export type DirectScope = ValueOf<typeof DIRECT_SCOPE>;

const KEY_PARAMS = {
  channel: { ...STRING, description: "for instance `qa-channel`" },
  agentId: { ...STRING, description: "for instance `qa`" },
  accountId: { ...STRING, optional: true, description: "default: `default`" },
  peer: { anyOf: [PEER, { type: "null" }], optional: true, description: "the conversation: { kind, id }" },
  threadId: { ...STRING, optional: true },
  dmScope: {
    ...DIRECT_SCOPE,
    optional: true,
    description: "default `main`: all direct chats share the agent's main session",
  },
} as const;

export const DEFAULT_ACCOUNT = "default";
/** The session that messages of a conversation belong to, by the gateway's routing rules. */
export function agentSessionKey(parts: ValuesOf<typeof KEY_PARAMS>): string {
  const thread = parts.threadId && parts.peer?.kind !== "direct" ? `:thread:${parts.threadId}` : "";
  return `agent:${parts.agentId}:${conversationPart(parts)}${thread}`.toLowerCase();
}

function conversationPart(parts: ValuesOf<typeof KEY_PARAMS>): string {
  const { channel, accountId = DEFAULT_ACCOUNT, peer, dmScope = "main" } = parts;
  if (peer && peer.kind !== "direct") return `${channel}:${peer.kind}:${peer.id}`;
  if (!peer?.id) return "main";
  switch (dmScope) {
    case "per-peer":
      return `direct:${peer.id}`;
    case "per-channel-peer":
      return `${channel}:direct:${peer.id}`;
    case "per-account-channel-peer":
      return `${channel}:${accountId}:direct:${peer.id}`;
    default:
      return "main";
  }
}

export const sessionKeyActions = actionsOf("sessions", (define) => ({
  buildAgentSessionKey: define({
    summary: "The session key that the gateway's routing gives a conversation.",
    params: KEY_PARAMS,
    main: "peer",
    positional: [members("parts")],
    inSteps: "`in` and `session` of `expectTool` and others",
    returns: STRING,
    effect: "reads",
    sync: true,
    run: (_context, parts) => agentSessionKey(parts),
  }),
}));
