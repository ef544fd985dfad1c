import type { JsonObject } from "../../base/json.ts";
import { actionsOf } from "../define.ts";

interface Peer {
  kind: "direct" | "channel" | "group";
  id: string;
}

/** How direct chats are told apart; `main`: they all share one session. */
type DirectScope = "main" | "per-peer" | "per-channel-peer" | "per-account-channel-peer";

interface SessionKeyParts {
  agentId: string;
  channel: string;
  accountId?: string;
  peer?: Peer | null;
  threadId?: string;
  dmScope?: DirectScope;
}

const DEFAULT_ACCOUNT = "default";

/** The session that messages of a conversation belong to, by the gateway's routing rules. */
export function agentSessionKey(parts: SessionKeyParts): string {
  const thread = parts.threadId && parts.peer?.kind !== "direct" ? `:thread:${parts.threadId}` : "";
  return `agent:${parts.agentId}:${conversationPart(parts)}${thread}`.toLowerCase();
}

function conversationPart(parts: SessionKeyParts): string {
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

interface Binding {
  agentId?: string;
  match?: { channel?: string; accountId?: string; peer?: Peer };
}

interface RouteRequest {
  cfg: JsonObject;
  channel: string;
  accountId?: string;
  peer?: Peer | null;
  parentPeer?: Peer | null;
}

interface AgentRoute {
  agentId: string;
  channel: string;
  accountId: string;
  sessionKey: string;
  mainSessionKey: string;
  /** Which kind of binding decided. */
  matchedBy: "binding.peer" | "binding.peer.parent" | "binding.account" | "binding.channel" | "default";
}

/** The agent and session that a config gives a conversation: the most specific binding, else the default agent. */
export function agentRoute(request: RouteRequest): AgentRoute {
  const { cfg, channel, peer, parentPeer, accountId = DEFAULT_ACCOUNT } = request;
  const bindings = ((cfg.bindings ?? []) as Binding[]).filter(
    ({ match }) => match?.channel === channel && isForAccount(match.accountId, accountId),
  );
  const ofPeer = (wanted: Peer | null | undefined) =>
    wanted &&
    bindings.find(({ match }) => match?.peer?.kind === wanted.kind && match.peer.id === wanted.id)?.agentId;
  const broad = bindings.filter(({ match }) => match?.peer === undefined);
  const choices: [AgentRoute["matchedBy"], string | null | undefined][] = [
    ["binding.peer", ofPeer(peer)],
    ["binding.peer.parent", ofPeer(parentPeer)],
    ["binding.account", broad.find(({ match }) => match?.accountId !== "*")?.agentId],
    ["binding.channel", broad.find(({ match }) => match?.accountId === "*")?.agentId],
  ];
  const [matchedBy, agentId] = choices.find(([, chosen]) => chosen) ?? ["default" as const, undefined];
  const chosen = agentId ?? defaultAgent(cfg);
  const { dmScope } = (cfg.session ?? {}) as { dmScope?: DirectScope };
  return {
    agentId: chosen,
    channel,
    accountId,
    sessionKey: agentSessionKey({ agentId: chosen, channel, accountId, peer, dmScope }),
    mainSessionKey: `agent:${chosen}:main`.toLowerCase(),
    matchedBy,
  };
}

/** A binding without an account is for the default one, `*` for all. */
function isForAccount(bound: string | undefined, accountId: string): boolean {
  return bound === "*" || (bound ?? DEFAULT_ACCOUNT) === accountId;
}

function defaultAgent(cfg: JsonObject): string {
  const { list = [] } = (cfg.agents ?? {}) as { list?: { id: string; default?: boolean }[] };
  return (list.find((agent) => agent.default) ?? list[0])?.id ?? "main";
}

/** `openai/gpt-5` in its parts; null when it does not have both. The model may hold further slashes. */
export function splitModelRef(ref: string): { provider: string; model: string } | null {
  const [, provider, model] = /^\s*([^/\s][^/]*?)\s*\/\s*(\S.*?)\s*$/.exec(String(ref)) ?? [];
  return provider && model ? { provider, model } : null;
}

const MODEL_REF_PARAMETER = { name: "ref", type: "string", description: "`provider/model`" } as const;

export const routingActions = actionsOf("sessions", (define) => ({
  buildAgentSessionKey: define({
    summary: "The session key that the gateway's routing gives a conversation.",
    params: [
      {
        name: "parts",
        type: "{ agentId, channel, accountId?, peer: { kind, id }, threadId?, dmScope? }",
        description:
          "`kind` is direct, channel or group; `dmScope` is main (default: all direct chats share the agent's main session), per-peer, per-channel-peer or per-account-channel-peer",
      },
    ],
    returns: "string",
    effect: "reads",
    run: (_context, parts: SessionKeyParts) => agentSessionKey(parts),
  }),
  resolveAgentRoute: define({
    summary:
      "The agent and session that a config's `bindings` give a conversation; the most specific binding decides.",
    params: [
      {
        name: "request",
        type: "{ cfg, channel, accountId?, peer?, parentPeer? }",
        description: "`cfg`: for instance `env.cfg`",
      },
    ],
    returns: "{ agentId, channel, accountId, sessionKey, mainSessionKey, matchedBy }",
    effect: "reads",
    run: (_context, request: RouteRequest) => agentRoute(request),
  }),
  splitModelRef: define({
    summary: "The parts of a model's name.",
    params: [MODEL_REF_PARAMETER],
    returns: "{ provider, model }, or null when it is not of this form",
    effect: "reads",
    run: (_context, ref: string) => splitModelRef(ref),
  }),
  normalizeModelRef: define({
    summary: "The parts of a model's name, the provider in lower case as configs write it.",
    params: [MODEL_REF_PARAMETER],
    returns: "{ provider, model }, or null when it is not of this form",
    effect: "reads",
    run: (_context, ref: string) => {
      const parts = splitModelRef(ref);
      return parts && { ...parts, provider: parts.provider.toLowerCase() };
    },
  }),
}));
