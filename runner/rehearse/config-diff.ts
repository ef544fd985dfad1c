import { isJsonObject, type JsonObject, objectOf, objectsOf } from "../base/json.ts";
import { shorten } from "../base/text.ts";
import type { Finding } from "./rehearse-schema.ts";

/** What the run itself puts into a config, or what says when it was written. */
const OWN = [
  ...[
    "gateway.port",
    "gateway.auth",
    "channels",
    "models.providers.mock",
    "logging.file",
    "meta.lastTouchedAt",
  ],
  ...["meta.lastTouchedVersion", "wizard"],
];
/** More changes below one member are one line. */
const MOST_LINES = 6;

/** How the update changes the config, a finding for each part of it. */
export function configChanges(before: JsonObject, after: JsonObject): Finding[] {
  const renamed = agentsByName(before, after);
  const changes = changesBetween(renamed ?? before, after);
  if (renamed === undefined) return changes;
  const text = "agents.list is now agents.entries, where each agent is called by its id";
  return [{ area: "config", name: "agents.list", kind: "changed", text }, ...changes];
}

/** A config whose agents are listed, as a release has it that names them as members; undefined where none has become the other. */
function agentsByName(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const { list, ...agents } = objectOf(before.agents);
  if (!Array.isArray(list) || !isJsonObject(objectOf(after.agents).entries)) return undefined;
  const entries = objectsOf(list).map(({ id, ...agent }) => [String(id), agent]);
  return { ...before, agents: { ...agents, entries: Object.fromEntries(entries) } };
}

function changesBetween(before: JsonObject, after: JsonObject): Finding[] {
  const [was, now] = [leaves(before), leaves(after)];
  const changes = new Map<string, string[]>();
  const note = (path: string, text: string) => {
    if (OWN.some((own) => path === own || path.startsWith(`${own}.`))) return;
    const part = path.split(".").slice(0, 2).join(".");
    changes.set(part, [...(changes.get(part) ?? []), text]);
  };
  for (const [path, value] of was) {
    const other = now.get(path);
    if (other === undefined) note(path, `${path} is gone`);
    else if (other !== value) note(path, `${path}: ${short(value)} → ${short(other)}`);
  }
  for (const [path, value] of now) if (!was.has(path)) note(path, `${path} is set to ${short(value)}`);
  return [...changes].map(([part, texts]) => ({
    area: "config",
    name: part,
    kind: "changed",
    text:
      texts.length <= MOST_LINES
        ? texts.join("; ")
        : `${texts.slice(0, MOST_LINES - 1).join("; ")}; and ${texts.length - MOST_LINES + 1} more below ${part}`,
  }));
}

function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [name, member] of Object.entries(value))
      leaves(member, path === "" ? name : `${path}.${name}`, found);
  } else if (Array.isArray(value) && value.some(isJsonObject)) {
    for (const [n, member] of value.entries()) leaves(member, `${path}.${n}`, found);
  } else found.set(path, JSON.stringify(value));
  return found;
}

function short(value: string): string {
  return shorten(value, 80);
}
