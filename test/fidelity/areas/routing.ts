import fc from "fast-check";
import { type RoutePlace, resolveRoute } from "../../../fixtures/gateway/src/agent/route.ts";
import { isStale, type ResetPlace } from "../../../fixtures/gateway/src/agent/session-reset.ts";
import type { GatewayConfig } from "../../../fixtures/gateway/src/config/config.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

interface RouteCase {
  config: Pick<GatewayConfig, "agents" | "bindings" | "session">;
  place: Omit<RoutePlace, "threadId">;
}

interface ResetCase {
  session: NonNullable<GatewayConfig["session"]>;
  place: ResetPlace;
  /** Milliseconds before now. */
  age: number;
  idle: number;
}

/** Which agent answers a message, in which session, and when that begins anew. */
export const area: Area = {
  title: "Routing",
  async compare(release) {
    return [await routes(release), await resets(release)];
  },
};

/** Something of a route that both have. */
type Route = Pick<ReturnType<typeof resolveRoute>, "agentId" | "sessionKey" | "matchedBy">;

async function routes(release: Release): Promise<Finding> {
  const route = await release.take<(input: object) => Route>("resolveAgentRoute", "resolve-route");
  return Finding.rule("agent and session of a message", {
    fixed: [
      routeCase({ dmScope: "per-channel-peer" }, [], "alice"),
      routeCase({ dmScope: "per-peer", identityLinks: { Alice: ["telegram:42"] } }, [], "42"),
      routeCase({}, [bound("b", { peer: { kind: "dm", id: "alice" } }), bound("a", {})], "alice"),
    ],
    random: routeCases(release),
    theirs: ({ config, place }) => picked(route({ cfg: config, ...place, defaultAgentId: "a" })),
    ours: ({ config, place }) => picked(resolveRoute(config, place)),
  });
}

function picked({ agentId, sessionKey, matchedBy }: Route): Route {
  return { agentId, sessionKey, matchedBy };
}

type Binding = NonNullable<GatewayConfig["bindings"]>[number];

function bound(agentId: string, match: Partial<Binding["match"]>): Binding {
  return { agentId, match: { channel: "telegram", ...match } };
}

const AGENTS = { list: [{ id: "a", default: true }, { id: "b" }] };

function routeCase(session: RouteCase["config"]["session"], bindings: Binding[], id: string): RouteCase {
  const place = { channel: "telegram", accountId: "default", peer: { kind: "direct", id } } as const;
  return { config: { agents: AGENTS, bindings, ...(session && { session }) }, place };
}

/** Few names, so that bindings often fit; ids of rooms whose case counts are a difference of their own. */
function routeCases({ version }: Release): fc.Arbitrary<RouteCase> {
  const channel = fc.constantFrom("telegram", "Slack ", "irc");
  const account = fc.constantFrom("default", "Work", "a b", "", "-");
  const id = fc.constantFrom("42", "alice", " Alice ", "bob", "*");
  const dmScope = fc.constantFrom("main", "per-peer", "per-channel-peer", "per-account-channel-peer");
  // The newest release refuses agents that the list does not have.
  const agentId = fc.constantFrom(...(version === "2026.4.26" ? ["a", "B", "unknown"] : ["a", "B"]));
  const peer = fc.record({ kind: fc.constantFrom("direct", "dm", "group", "channel"), id });
  const match = fc.record(
    {
      channel,
      accountId: fc.oneof(account, fc.constant("*")),
      peer,
      guildId: fc.constantFrom("", "guild"),
      teamId: fc.constantFrom("", "team"),
      roles: fc.constantFrom([], ["admin"]),
    },
    { requiredKeys: ["channel"] },
  );
  const binding = fc.record(
    { type: fc.constantFrom("route", "acp"), agentId, match, session: fc.record({ dmScope }) },
    { requiredKeys: ["agentId", "match"] },
  );
  const links = fc.dictionary(
    fc.constantFrom("Al", " ", "carol"),
    fc.array(fc.constantFrom("42", "irc:bob", "slack:Alice")),
  );
  return fc.record({
    config: fc.record(
      {
        agents: fc.constant(AGENTS),
        bindings: fc.array(binding, { maxLength: 6 }),
        session: fc.record({ dmScope, identityLinks: links }, { requiredKeys: [] }),
      },
      { requiredKeys: ["agents"] },
    ),
    place: fc.record({
      channel,
      accountId: account,
      peer: fc.record({ kind: fc.constantFrom("direct", "group", "channel"), id }),
    }),
  }) as fc.Arbitrary<RouteCase>;
}

const NOW = Date.UTC(2026, 5, 15, 12, 30);
const HOUR_MS = 3_600_000;

async function resets(release: Release): Promise<Finding> {
  const chunks = ["reset-policy"];
  const policyOf = await release.take<(params: object) => object>("resolveSessionResetPolicy", ...chunks);
  const freshness = await release.take<(params: object) => { fresh: boolean }>(
    "evaluateSessionFreshness",
    ...chunks,
  );
  const nothing = (
    { reset, resetByType, resetByChannel, idleMinutes }: ResetCase["session"],
    channel: string,
  ) =>
    reset === undefined &&
    resetByType === undefined &&
    idleMinutes === undefined &&
    resetByChannel?.[channel] === undefined;
  const reset = fc.record(
    {
      mode: fc.constantFrom("daily", "idle"),
      atHour: fc.nat(23),
      idleMinutes: fc.integer({ min: 1, max: 3_000 }),
    },
    { requiredKeys: [] },
  );
  return Finding.rule<ResetCase>("when a session begins anew", {
    fixed: [
      { session: {}, place: { kind: "direct", channel: "irc" }, age: 30 * HOUR_MS, idle: 30 * HOUR_MS },
      {
        session: { reset: { mode: "daily" } },
        place: { kind: "group", channel: "irc" },
        age: 30 * HOUR_MS,
        idle: 0,
      },
      { session: { idleMinutes: 5 }, place: { kind: "direct", channel: "irc" }, age: HOUR_MS, idle: HOUR_MS },
    ],
    random: fc.record({
      session: fc.record(
        {
          reset,
          resetByType: fc.record(
            { direct: reset, dm: reset, group: reset, thread: reset },
            { requiredKeys: [] },
          ),
          resetByChannel: fc.dictionary(fc.constantFrom("irc", "slack"), reset),
          idleMinutes: fc.integer({ min: 1, max: 3_000 }),
        },
        { requiredKeys: [] },
      ),
      place: fc.record({
        kind: fc.constantFrom("direct", "group", "thread"),
        channel: fc.constantFrom("irc", "slack"),
      }),
      age: fc.integer({ min: 0, max: 72 * HOUR_MS }),
      idle: fc.integer({ min: 0, max: 72 * HOUR_MS }),
    }) as fc.Arbitrary<ResetCase>,
    wanted: [
      {
        at: ({ session, place: { channel } }) => nothing(session, channel),
        why: "without a policy no session begins anew here, because a test may run at four in the morning",
      },
    ],
    theirs({ session, place: { kind, channel }, age, idle }) {
      const resetOverride = session.resetByChannel?.[channel];
      const policy = policyOf({ sessionCfg: session, resetType: kind, resetOverride });
      const times = { updatedAt: NOW - idle, sessionStartedAt: NOW - age, lastInteractionAt: NOW - idle };
      return !freshness({ ...times, now: NOW, policy }).fresh;
    },
    ours: ({ session, place, age, idle }) =>
      isStale({ createdAt: NOW - age, updatedAt: NOW - idle }, session, place, NOW),
  });
}
