import type { JsonObject } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import type { TraceRecord } from "../../gateway/gateway.ts";
import { type Account, first } from "./account.ts";
import { type Chain, Links } from "./links.ts";

/** From a plugin's files to the call of its tool. @param tool without one the chain ends with the registration */
export function pluginChain(account: Account, at: number, id: string, tool?: string): Chain {
  const { all: records } = account;
  const judged = records.findLast(({ event }) => event === "plugins-judged");
  const entry = judged && pluginsOf(judged).find((plugin) => plugin.id === id);
  const from = records.findLastIndex(({ event }) => event === "boot");
  const own = records.slice(Math.max(0, from)).filter(({ facts }) => facts.plugin === id);
  const failed = own.findLast(({ event }) => event === "plugin-failed");
  const links = new Links(at, account.isTraced);
  links.told("found", entry && judged);
  const problem = text(entry?.problem);
  links.told("manifest", entry && problem === undefined ? judged : undefined, problem);
  const off = text(entry?.off);
  links.told(
    "enabled",
    entry && problem === undefined && off === undefined ? judged : undefined,
    problem ? undefined : off,
  );
  const planned = last(own, "plugin-planned");
  links.told("planned", planned, text(planned?.facts.reason));
  const imported = last(own, "plugin-imported");
  const registered = last(own, "plugin-registered");
  // The place first: of what it says, the first line is what is read.
  const why = [failed?.facts.place, failed?.facts.why].filter((each) => typeof each === "string").join(": ");
  const failure = why === "" ? undefined : why;
  links.told("imported", imported, imported ? undefined : failure);
  links.told("registered", registered, registered || !imported ? undefined : failure);
  if (tool !== undefined) {
    const offered = account.records.find(
      ({ event, facts }) =>
        event === "model-asked" && Array.isArray(facts.tools) && facts.tools.includes(tool),
    );
    links.told("tool-offered", offered, tool);
    links.told("called", first(account.records, "tool-called", { tool }));
  }
  return links.chain("plugin", id);
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
