import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import JSON5 from "json5";
import { errorMessage, QaError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { type Place, Places } from "./paths.ts";
import type { Source } from "./source.ts";

/** An installation, and what of it has a counterpart in a copy. */
export interface Installation {
  source: Source;
  /** Its config as it is, with its credentials: never written anywhere. */
  config: JsonObject;
  places: Places;
  /** Ids of its agents; the first is the default one. */
  agents: readonly AgentPlace[];
}

interface AgentPlace {
  id: string;
  /** Absolute, as the installation names it. */
  workspace: string;
}

/**
 * Reads what an installation consists of.
 * @throws QaError `state-config-unreadable` for a config that is none, or that lies in several files
 */
export async function readInstallation(source: Source): Promise<Installation> {
  const config = parsedConfig(source);
  const agents = agentsOf(config, source);
  const folders = new Map<string, Place>();
  const add = (kind: Place["kind"], original: string, copy: string) => {
    if (!folders.has(original)) folders.set(original, { kind, original, copy });
  };
  add("state", source.stateDir, "state");
  for (const [n, path] of [
    ...new Set([...agents.map(({ workspace }) => workspace), ...source.workspaces]),
  ].entries()) {
    const copy = path.startsWith(`${source.stateDir}/`)
      ? join("state", path.slice(source.stateDir.length + 1))
      : `workspaces/${n}-${basename(path)}`;
    add("workspace", path, copy);
  }
  const elsewhere = [
    ...pathsAt(config, ["plugins", "load", "paths"]),
    ...pathsAt(config, ["skills", "load", "extraDirs"]),
  ]
    .map((path) => expanded(path, source))
    .concat(source.isHere ? await linkedFolders(source, [...folders.values()]) : []);
  for (const [n, path] of elsewhere.entries()) add("code", path, `linked/${n}-${basename(path)}`);
  return { source, config, places: new Places([...folders.values()]), agents };
}

function parsedConfig({ config: text, configPath }: Source): JsonObject {
  const refuse = (why: string, hint: string) =>
    new QaError(`the config ${configPath} cannot be rehearsed: ${why}`, {
      code: "state-config-unreadable",
      fault: "environment",
      hint,
    });
  let config: unknown;
  try {
    config = JSON5.parse(text);
  } catch (error) {
    throw refuse(
      errorMessage(error),
      "The installed release does not start with it either: repair it first.",
    );
  }
  if (!isJsonObject(config)) throw refuse("it holds no object", "Repair it first.");
  if (/"?\$include"?\s*:/.test(text))
    throw refuse("it includes other files", "Put its parts into one file, and rehearse an archive of that.");
  return config;
}

/** Releases until 2026.4 list agents, later ones name them as members. */
function agentsOf({ agents }: JsonObject, source: Source): AgentPlace[] {
  const { list, entries, defaults } = isJsonObject(agents) ? agents : {};
  const listed = (Array.isArray(list) ? list : []).filter(isJsonObject);
  const named = Object.entries(isJsonObject(entries) ? entries : {}).map(([id, entry]) => ({
    ...(isJsonObject(entry) ? entry : {}),
    id,
  }));
  const all: JsonObject[] = [...listed, ...named];
  const own =
    isJsonObject(defaults) && typeof defaults.workspace === "string" ? defaults.workspace : undefined;
  const main = expanded(own ?? join(source.stateDir, "workspace"), source);
  if (all.length === 0) return [{ id: "main", workspace: main }];
  const isDefault = (agent: JsonObject) => agent.default === true;
  const first = all.find(isDefault) ?? all[0];
  return [first, ...all.filter((agent) => agent !== first)].flatMap((agent) => {
    if (agent === undefined || typeof agent.id !== "string") return [];
    const fallback = agent === first ? main : join(source.stateDir, `workspace-${agent.id}`);
    const workspace = typeof agent.workspace === "string" ? expanded(agent.workspace, source) : fallback;
    return [{ id: agent.id, workspace }];
  });
}

/** Folders that a plugin, a skill or a hook of the installation is a link to. */
async function linkedFolders(source: Source, places: readonly Place[]): Promise<string[]> {
  const known = new Places(places);
  const found: string[] = [];
  await source.visit(
    places.filter(({ kind }) => kind !== "code").map(({ original }) => original),
    async ({ kind, path, target }) => {
      if (kind !== "link" || target === undefined) return;
      const within = known.find(path);
      if (!within || !/^(?:extensions|skills|hooks|plugin-skills)\/[^/]+$/.test(within.path)) return;
      const folder = resolve(dirname(path), target);
      if (!known.find(folder)) found.push(folder);
    },
    () => {},
  );
  return found;
}

function pathsAt(config: JsonObject, way: readonly string[]): string[] {
  let value: unknown = config;
  for (const name of way) value = isJsonObject(value) ? value[name] : undefined;
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** Paths of a config may begin with `~`: the home that the state lies in. */
export function expanded(path: string, { stateDir, isHere }: Pick<Source, "stateDir" | "isHere">): string {
  const home = isHere && stateDir.startsWith(`${homedir()}/`) ? homedir() : dirname(stateDir);
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(stateDir, path);
}
