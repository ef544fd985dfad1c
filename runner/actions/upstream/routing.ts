import type { JsonObject } from "../../base/json.ts";
import {
  agentSessionKey,
  DEFAULT_ACCOUNT,
  type DirectScope,
  PEER,
  type Peer,
} from "../channel/session-key.ts";
import { actionsOf, members } from "../define.ts";
import { OBJECT, record, STRING, type ValuesOf } from "../schema.ts";

const ROUTE_PARAMS = {
  channel: { ...STRING, description: "for instance `qa-channel`" },
  cfg: { ...OBJECT, description: "a config, for instance `env.cfg`" },
  accountId: { ...STRING, optional: true, description: "default: `default`" },
  peer: { anyOf: [PEER, { type: "null" }], optional: true, description: "the conversation" },
  parentPeer: { anyOf: [PEER, { type: "null" }], optional: true, description: "the room of a thread" },
} as const;

interface Binding {
  agentId?: string;
  match?: { channel?: string; accountId?: string; peer?: Peer };
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
export function agentRoute(request: ValuesOf<typeof ROUTE_PARAMS>): AgentRoute {
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

const MODEL_REF = { ...STRING, description: "`provider/model`" } as const;
const MODEL_REF_PARTS = {
  anyOf: [record({ provider: STRING, model: STRING }), { type: "null" }],
  description: "null when it is not of this form",
} as const;

export const routingActions = actionsOf("sessions", (define) => ({
  resolveAgentRoute: define({
    summary:
      "The agent and session that a config's `bindings` give a conversation; the most specific binding decides.",
    params: ROUTE_PARAMS,
    main: "channel",
    positional: [members("request")],
    returns: record({
      agentId: STRING,
      channel: STRING,
      accountId: STRING,
      sessionKey: STRING,
      mainSessionKey: STRING,
      matchedBy: STRING,
    }),
    effect: "reads",
    sync: true,
    run: (_context, request) => agentRoute(request),
  }),
  splitModelRef: define({
    summary: "The parts of a model's name.",
    params: { ref: MODEL_REF },
    main: "ref",
    positional: ["ref"],
    returns: MODEL_REF_PARTS,
    effect: "reads",
    sync: true,
    run: (_context, { ref }) => splitModelRef(ref),
  }),
  normalizeModelRef: define({
    summary: "The parts of a model's name, the provider in lower case as configs write it.",
    params: { ref: MODEL_REF },
    main: "ref",
    positional: ["ref"],
    returns: MODEL_REF_PARTS,
    effect: "reads",
    sync: true,
    run: (_context, { ref }) => {
      const parts = splitModelRef(ref);
      return parts && { ...parts, provider: parts.provider.toLowerCase() };
    },
  }),
}));
