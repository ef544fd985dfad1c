import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readJsonObject } from "../base/files.ts";
import { isJsonObject, type JsonObject, listOf, objectOf, objectsOf } from "../base/json.ts";
import type { Release } from "./release.ts";

/** What comes with a release, and what its own catalogues name besides. */
export interface Bundled {
  /** Ids of plugins, those of channels among them. */
  plugins: ReadonlySet<string>;
  /** Ids of model providers. */
  providers: ReadonlySet<string>;
  /** Packages of plugins, channels and providers that do not come with it, by id; empty where it has no catalogue. */
  packages: ReadonlyMap<string, string>;
}

const CATALOGUES = ["dist/channel-catalog.json"].concat(
  ["channel", "plugin", "provider"].map((kind) => `scripts/lib/official-external-${kind}-catalog.json`),
);

/** @returns undefined where the release's package is not at hand */
export async function bundledWith({ packageRoot }: Release): Promise<Bundled | undefined> {
  if (packageRoot === undefined) return undefined;
  const folder = join(packageRoot, "dist", "extensions");
  const names = await readdir(folder).catch(() => []);
  const manifests = await Promise.all(
    names.map((name) => readIfThere(join(folder, name, "openclaw.plugin.json"))),
  );
  const catalogues = await Promise.all(CATALOGUES.map((path) => readIfThere(join(packageRoot, path))));
  return {
    plugins: new Set(manifests.flatMap(({ id }) => (typeof id === "string" ? [id] : []))),
    providers: new Set(manifests.flatMap(({ providers }) => listOf(providers).map(String))),
    packages: new Map(catalogues.flatMap(({ entries }) => objectsOf(entries).flatMap(packagesIn))),
  };
}

/** Names of the packages that a release's catalogues name, without versions. */
export function packageNames(bundled: Bundled | undefined): string[] {
  const specs = [...(bundled?.packages.values() ?? [])];
  return [...new Set(specs.flatMap((spec) => /^(?:@[^/@]+\/)?[^/@:]+(?=@|$)/.exec(spec)?.[0] ?? []))];
}

function packagesIn({ name, openclaw }: JsonObject): [id: string, spec: string][] {
  const { plugin, channel, providers, install } = objectOf(openclaw);
  const spec = objectOf(install).npmSpec ?? name;
  if (typeof spec !== "string") return [];
  const ids = [plugin, channel, ...listOf(providers)].filter(isJsonObject).map(({ id }) => id);
  return ids.flatMap((id): [string, string][] => (typeof id === "string" ? [[id, spec]] : []));
}

function readIfThere(path: string): Promise<JsonObject> {
  return readJsonObject(path).catch(() => ({}));
}

/** Plugins of a release that a config turns on or names. */
export function namedPlugins({ plugins }: JsonObject): string[] {
  const { entries, allow, slots } = objectOf(plugins);
  const on = Object.entries(objectOf(entries)).flatMap(([id, entry]) =>
    objectOf(entry).enabled === false ? [] : [id],
  );
  const named = [...on, ...listOf(allow), ...Object.values(objectOf(slots))];
  return [...new Set(named.filter((id) => typeof id === "string"))];
}

/** Members of an agent that name models. */
const MODELS = ["model", "imageModel", "pdfModel", "utilityModel"];

/** Providers of the models that agents use, but for those that the config describes itself. */
export function namedProviders({ agents, models }: JsonObject): string[] {
  const { defaults, list, entries } = objectOf(agents);
  const all = [defaults, ...listOf(list), ...Object.values(objectOf(entries))].map(objectOf);
  const references = all.flatMap((agent) => [
    ...MODELS.flatMap((name) => modelsIn(agent[name])),
    ...modelsIn(objectOf(agent.heartbeat).model),
    ...modelsIn(objectOf(agent.subagents).model),
  ]);
  const described = Object.entries(objectOf(objectOf(models).providers)).flatMap(([id, provider]) =>
    objectOf(provider).baseUrl === undefined ? [] : [id],
  );
  const ids = references.flatMap((reference) => /^([\w.-]+)\//.exec(reference)?.[1] ?? []);
  return [...new Set(ids)].filter((id) => !described.includes(id));
}

function modelsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  const { primary, fallbacks } = objectOf(value);
  return [primary, ...listOf(fallbacks)].filter((each) => typeof each === "string");
}
