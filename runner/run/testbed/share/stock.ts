import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject, listOf } from "../../../base/json.ts";
import type { GatewayUnderTest } from "../../../gateway/gateway.ts";
import { RpcError } from "../../../gateway/rpc/errors.ts";
import { type SeenFiles, seeFiles } from "./files.ts";

/** What a scenario can leave behind in a gateway, in words. */
export type StockKind =
  | "process"
  | "environment variable"
  | "config key"
  | "session"
  | "queued event"
  | "cron job"
  | "plugin"
  | "skill"
  | "agent"
  | "device"
  | "channel account"
  | "file";

/** All that can be seen of a gateway from outside, as far as the next scenario could notice it. */
export interface Stock {
  /** By kind, and then by name: what says whether it is the same. */
  readonly items: ReadonlyMap<StockKind, ReadonlyMap<string, string>>;
  readonly config: JsonObject;
  readonly files: SeenFiles;
}

/** Something that is not as it was. */
export interface Difference {
  kind: StockKind;
  name: string;
  change: "added" | "changed" | "removed";
}

/** What a gateway is asked for; one that has no such method is not. */
interface Question {
  kind: StockKind;
  method: string;
  params?: JsonObject;
  items(answer: JsonObject): Iterable<readonly [name: string, value: unknown]>;
}

const QUESTIONS: readonly Question[] = [
  {
    kind: "session",
    method: "sessions.list",
    params: { limit: 1000, includeGlobal: true, includeUnknown: true },
    items: named("sessions", "key", (each) => [each.sessionId, each.updatedAt]),
  },
  {
    kind: "cron job",
    method: "cron.list",
    params: { includeDisabled: true, limit: 200 },
    // When it ran last and is due next moves by itself.
    items: named("jobs", "id", ({ state: _state, updatedAtMs: _at, nextRunAtMs: _next, ...job }) => job),
  },
  {
    kind: "skill",
    method: "skills.status",
    items: named("skills", "name", ({ disabled, eligible, source, filePath }) => [
      ...[disabled, eligible, source, filePath],
    ]),
  },
  {
    kind: "plugin",
    method: "plugins.list",
    items: named("plugins", "id", ({ enabled, status, state, version, source }) => [
      ...[enabled, status, state, version, source],
    ]),
  },
  { kind: "agent", method: "agents.list", items: named("agents", "id", (agent) => agent) },
  {
    kind: "device",
    method: "device.pair.list",
    items: (answer) => [
      ...named("paired", "deviceId", ({ role, roles, scopes }) => ["paired", role, roles, scopes])(answer),
      ...named("pending", "requestId", () => "pending")(answer),
    ],
  },
  {
    kind: "queued event",
    method: "status",
    items: ({ queuedSystemEvents }) => listOf(queuedSystemEvents).map((each) => [JSON.stringify(each), ""]),
  },
  { kind: "channel account", method: "channels.status", items: accountsOf },
  { kind: "environment variable", method: "qa.environment", items: variablesOf },
  {
    kind: "environment variable",
    method: "qa.gateway.status",
    params: { environment: true },
    items: variablesOf,
  },
];

/**
 * Looks at a gateway that is at rest.
 * @param keep what is needed to put something back as well
 * @throws what the gateway answers, unless it is only that it has no such method
 */
export async function takeStock(gateway: GatewayUnderTest, config: JsonObject, keep = false): Promise<Stock> {
  const [identity, files, ...answers] = await Promise.all([
    gateway.identity(),
    seeFiles(gateway, keep),
    ...QUESTIONS.map((question) => ask(gateway, question)),
  ]);
  const items = new Map<StockKind, Map<string, string>>([
    ["process", new Map([["of the gateway", identity.bootId]])],
    ["environment variable", new Map()],
  ]);
  for (const [index, { kind }] of QUESTIONS.entries()) {
    const known = items.get(kind) ?? new Map<string, string>();
    for (const [name, value] of answers[index] ?? []) known.set(name, JSON.stringify(value) ?? "");
    items.set(kind, known);
  }
  items.set("config key", new Map(leavesOf(config)));
  items.set("file", new Map([...files].map(([name, { print }]) => [name, print])));
  return { items, config, files };
}

/** What is not as it was, in the order of the kinds; nothing else is said of another process. */
export function differences(before: Stock, now: Stock): Difference[] {
  const all = allDifferences(before, now);
  const [first] = all;
  return first?.kind === "process" ? [first] : all;
}

function allDifferences(before: Stock, now: Stock): Difference[] {
  return [...before.items].flatMap(([kind, was]) => {
    const is = now.items.get(kind) ?? new Map<string, string>();
    const names = new Set([...was.keys(), ...is.keys()]);
    return [...names]
      .filter((name) => was.get(name) !== is.get(name))
      .map(
        (name): Difference => ({
          kind,
          name,
          change: !was.has(name) ? "added" : is.has(name) ? "changed" : "removed",
        }),
      );
  });
}

/** A merge patch that makes the second of the first. */
export function patchBack(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [was, is] = [to[key], from[key]];
    if (isDeepStrictEqual(was, is)) continue;
    if (was === undefined) patch[key] = null;
    else patch[key] = isJsonObject(was) && isJsonObject(is) ? patchBack(is, was) : was;
  }
  return patch;
}

async function ask(gateway: GatewayUnderTest, { method, params = {}, items }: Question) {
  try {
    return [...items(await gateway.call(method, params))];
  } catch (error) {
    if (error instanceof RpcError && error.isUnknownMethod) return [];
    throw error;
  }
}

function named(list: string, id: string, value: (item: JsonObject) => unknown) {
  return (answer: JsonObject) =>
    listOf(answer[list])
      .filter(isJsonObject)
      .map((item) => [String(item[id]), value(item)] as const);
}

/** When it last heard of somebody is no state of it. */
function accountsOf({ channelAccounts }: JsonObject) {
  return Object.entries(isJsonObject(channelAccounts) ? channelAccounts : {}).flatMap(([channel, accounts]) =>
    listOf(accounts)
      .filter(isJsonObject)
      .map(
        ({ accountId, enabled, configured, running, connected }) =>
          [`${channel}/${accountId}`, [enabled, configured, running, connected]] as const,
      ),
  );
}

function variablesOf({ environment }: JsonObject) {
  return Object.entries(isJsonObject(environment) ? environment : {});
}

/** Values by their paths; what a gateway notes about its own writing is none of a scenario's doing. */
function leavesOf(value: unknown, path = ""): [path: string, json: string][] {
  if (path === "meta") return [];
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, path ? `${path}.${key}` : key));
}
