import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { TraceRecord } from "../../gateway/gateway.ts";
import { type Account, first, since } from "./account.ts";
import { type Chain, Links, UNDATED } from "./links.ts";
import { complaintAbout } from "./outside.ts";

/**
 * From a plugin's files to the call of its tool.
 * @param tool without one the chain ends with the registration
 * @param from only what the model was offered since then counts; default: all
 */
export function pluginChain(account: Account, at: number, id: string, tool?: string, from = 0): Chain {
  if (!account.isTraced) return shownChain(account, at, id, tool);
  const { all: records } = account;
  const judged = records.findLast(({ event }) => event === "plugins-judged");
  const entry = judged && pluginsOf(judged).find((plugin) => plugin.id === id);
  const own = ownRecords(account, id);
  const failed = failureOf(own);
  const links = new Links(at, account.isTraced);
  links.told("found", entry && judged);
  const problem = entry?.problem === undefined ? undefined : placed(entry.place, entry.problem);
  links.told("manifest", entry && problem === undefined ? judged : undefined, problem);
  const off = text(entry?.off);
  links.told(
    "enabled",
    entry && problem === undefined && off === undefined ? judged : undefined,
    problem ? undefined : off,
  );
  const planned = last(own, "plugin-planned");
  links.told("planned", planned, text(planned?.facts.reason));
  const tried = lastTry(own);
  const imported = last(tried, "plugin-imported");
  const registered = last(tried, "plugin-registered");
  const failure = failed && placed(failed.facts.place, failed.facts.why);
  links.told("imported", imported, imported ? undefined : failure);
  links.told("registered", registered, registered || !imported ? undefined : failure);
  if (failed?.facts.late === true) links.told("running", undefined, failure);
  if (tool !== undefined) {
    const offered = since(account.records, from).find(
      ({ event, facts }) =>
        event === "model-asked" && Array.isArray(facts.tools) && facts.tools.includes(tool),
    );
    links.told("tool-offered", offered, tool);
    links.told("called", first(account.records, "tool-called", { tool }));
    const trouble = account.records.findLast(
      ({ event, facts }) => event === "tool-failed" && facts.tool === tool,
    );
    if (trouble) links.told("answered", undefined, placed(trouble.facts.place, trouble.facts.why));
  }
  return links.chain("plugin", id);
}

/** What the list of plugins, the log and the model's requests show. */
function shownChain({ outside, requests }: Account, at: number, id: string, tool?: string): Chain {
  const entry = outside?.plugins?.find((plugin) => plugin.id === id);
  const complaint = outside && complaintAbout(id, outside.log);
  const links = new Links(at, false);
  if (outside?.plugins) links.shown("found", entry && UNDATED, entry ? undefined : complaint);
  else links.told("found", undefined);
  links.told("manifest", undefined).told("enabled", entry?.enabled === true ? UNDATED : undefined);
  links.told("planned", undefined);
  const offered = requests?.find(({ toolNames }) => tool !== undefined && toolNames.includes(tool));
  if (complaint === undefined || offered) links.told("imported", offered).told("registered", offered);
  else if (/\bregister\b/.test(complaint))
    links.told("imported", undefined).shown("registered", undefined, complaint);
  else links.shown("imported", undefined, complaint).told("registered", undefined);
  if (tool === undefined || !requests) return links.chain("plugin", id);
  const called = requests.find(({ plannedToolName }) => plannedToolName === tool);
  return links.shown("tool-offered", offered, tool).shown("called", called).chain("plugin", id);
}

/** The place first: of what it says, the first line is what is read. */
function placed(place: unknown, why: unknown): string {
  const first =
    String(why)
      .replace(/^the plugin does not load: /, "")
      .split("\n")[0] ?? "";
  return [place, first].filter((each) => typeof each === "string" && each !== "").join(": ");
}

/** What the running process says of a plugin. */
function ownRecords({ all }: Account, id: string): TraceRecord[] {
  const from = all.findLastIndex(({ event }) => event === "boot");
  return all.slice(Math.max(0, from)).filter(({ facts }) => facts.plugin === id);
}

/** Since it was to be loaded last. */
function lastTry(own: readonly TraceRecord[]): readonly TraceRecord[] {
  return own.slice(
    Math.max(
      0,
      own.findLastIndex(({ event }) => event === "plugin-planned"),
    ),
  );
}

/** How it failed when it was loaded last, or later. */
function failureOf(own: readonly TraceRecord[]): TraceRecord | undefined {
  return lastTry(own).find(({ event }) => event === "plugin-failed");
}

/**
 * The plugins that the gateway did not find, or could not use or load, those that it did not find first.
 * @param declared ids that it must know
 */
export function brokenPlugins(account: Account, declared: readonly string[]): string[] {
  const { isTraced, outside } = account;
  if (!isTraced) return declared.filter((id) => outside && complaintAbout(id, outside.log) !== undefined);
  const judged = account.all.findLast(({ event }) => event === "plugins-judged");
  if (!judged) return [];
  const listed = pluginsOf(judged).flatMap(({ id, problem }) =>
    typeof id === "string" ? [{ id, problem }] : [],
  );
  const lost = declared.filter((id) => !listed.some((plugin) => plugin.id === id));
  const bad = listed.filter(({ id, problem }) => problem !== undefined || failureOf(ownRecords(account, id)));
  return [...lost, ...bad.map(({ id }) => id)];
}

/** The first lines of the stack of what went wrong in a plugin, or in its tool, if it is known. */
export function framesOf(account: Account, id: string): string[] {
  const trouble = account.records.findLast(
    ({ event, facts }) => event === "tool-failed" && facts.plugin === id,
  );
  const { frames } = (failureOf(ownRecords(account, id)) ?? trouble)?.facts ?? {};
  return Array.isArray(frames) ? frames.map((frame) => `plugin ${id}: ${frame}`) : [];
}

/** The plugin that declares a tool of this name. */
export function pluginOfTool({ all: records }: Account, tool: string): string | undefined {
  const judged = records.findLast(({ event }) => event === "plugins-judged");
  const owner = judged && pluginsOf(judged).find(({ tools }) => Array.isArray(tools) && tools.includes(tool));
  return text(owner?.id);
}

function pluginsOf({ facts }: TraceRecord): JsonObject[] {
  return Array.isArray(facts.plugins) ? facts.plugins.filter(isJsonObject) : [];
}

function last(records: readonly TraceRecord[], event: string): TraceRecord | undefined {
  return records.findLast((record) => record.event === event);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
