import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { Release } from "../fidelity/release.ts";

// Child process of brings.ts: loads a plugin with a release's own loader, without its gateway, and prints what the
// loader has registered of it. Arguments: version and package root of the release, id of the plugin, config as JSON.
// State and workspace are where HOME and the working directory are.

/** What a release registers of a plugin, by kind. */
export interface Registered {
  /** Why it could not be loaded. */
  error?: string;
  kinds: Record<string, string[]>;
  /** What the release says about the plugin, of the level warn or error. */
  diagnostics: string[];
}

interface Owned {
  pluginId: string;
}

interface Made {
  name: string;
}

interface ReleaseRegistry {
  plugins: (Record<string, unknown> & { id: string; status: string; error?: string; rootDir: string })[];
  tools: (Owned & { names: string[]; factory(context: object): Made | Made[] | null | undefined })[];
  typedHooks: (Owned & { hookName: string })[];
  hooks: (Owned & { entry: { hook: { name: string } } })[];
  httpRoutes: (Owned & { path: string; match: string; auth: string })[];
  /** The newer release has them here, the older one in the plugin's record. */
  gatewayMethodDescriptors?: { name: string; owner: { pluginId?: string } }[];
  diagnostics: { pluginId?: string; level: string; message: string }[];
}

interface LoadOptions {
  config: object;
  activate: true;
  cache: false;
  onlyPluginIds: string[];
  workspaceDir: string;
  logger: Record<"debug" | "info" | "warn" | "error", () => void>;
}

type SkillStatus = (
  workspaceDir: string,
  options: { config: object },
) => { skills: { name: string; baseDir: string }[] };

/** Members of a release's record of a plugin that list names, and how they are called here. */
const NAMED: Record<string, string> = {
  commands: "command",
  cliCommands: "CLI command",
  services: "service",
  gatewayMethods: "gateway method",
};

/** What a factory of tools is told of the turn. */
const TURN = { agentId: "main", sessionKey: "agent:main:main", sandboxed: false, senderIsOwner: true };

async function load(release: Release, id: string, config: object): Promise<Registered> {
  const quiet = () => {};
  const loadPlugins = await release.take<(options: LoadOptions) => ReleaseRegistry>(
    "loadOpenClawPlugins",
    ...["loader", "loader-runtime-load"],
  );
  const skillStatus = await release.take<SkillStatus>(
    "buildWorkspaceSkillStatus",
    ...["skills-status", "status"],
  );
  const workspaceDir = process.cwd();
  const registry = loadPlugins({
    ...{ config, activate: true, cache: false, onlyPluginIds: [id], workspaceDir },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  const record = registry.plugins.find((plugin) => plugin.id === id);
  if (record === undefined) return { error: "the release does not find it", kinds: {}, diagnostics: [] };
  const own = <T extends Owned>(all: readonly T[]) => all.filter(({ pluginId }) => pluginId === id);
  const methods = registry.gatewayMethodDescriptors?.filter(({ owner }) => owner.pluginId === id);
  const { skills } = skillStatus(workspaceDir, { config });
  // The newer release links to skills from a folder of its own.
  const root = realpathSync(record.rootDir) + sep;
  return {
    ...(record.status !== "loaded" && { error: record.error ?? record.status }),
    diagnostics: registry.diagnostics
      .filter(({ pluginId, level }) => pluginId === id && level !== "info")
      .map(({ message }) => message),
    kinds: {
      tool: own(registry.tools).flatMap(({ names, factory }) =>
        names.length > 0 ? names : namesMade(factory({ config, workspaceDir, ...TURN })),
      ),
      hook: own(registry.typedHooks).map(({ hookName }) => hookName),
      "event hook": own(registry.hooks).map(({ entry }) => entry.hook.name),
      route: own(registry.httpRoutes).map(({ path, match, auth }) => `${path} (${match}, ${auth})`),
      skill: skills.filter(({ baseDir }) => realpathSync(baseDir).startsWith(root)).map(({ name }) => name),
      ...namesOf({ ...record, ...(methods && { gatewayMethods: methods.map(({ name }) => name) }) }),
    },
  };
}

/** A factory that does not say before what it makes. */
function namesMade(made: Made | Made[] | null | undefined): string[] {
  return [made ?? []].flat().map(({ name }) => name);
}

/** What the record lists: `channelIds` as `channel`, `webSearchProviderIds` as `web search provider` … */
function namesOf(record: Record<string, unknown>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => {
      const kind = NAMED[key] ?? (key.endsWith("Ids") ? wordsOf(key.slice(0, -"Ids".length)) : undefined);
      if (kind === undefined || !Array.isArray(value)) return [];
      return [[kind, value.map(String)]];
    }),
  );
}

function wordsOf(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const [version = "", packageRoot = "", id = "", config = "{}"] = process.argv.slice(2);
// Releases and plugins write to the console.
for (const level of ["log", "info", "warn", "error", "debug"] as const) console[level] = () => {};
const registered = await load(new Release(version, packageRoot), id, JSON.parse(config));
// The plugin may have left timers and sockets behind.
process.stdout.write(`\n${JSON.stringify(registered)}\n`, () => process.exit(0));
