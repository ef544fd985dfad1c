import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorMessage, QaError } from "../../base/errors.ts";
import { userFolder } from "../../base/invocation.ts";
import type { JsonObject } from "../../base/json.ts";
import { isPackedPlugin } from "../../base/paths.ts";
import type { Teardown } from "../../base/teardown.ts";
import { makeTempFolder } from "../../base/temp-folder.ts";
import type { Scenario } from "../../scenario/types.ts";
import { quietFolder } from "./plugin-copy.ts";
import { MANIFEST, readPluginManifest } from "./plugin-manifest.ts";

export interface PluginOptions {
  signal: AbortSignal;
  /** For what is unpacked. */
  teardown: Teardown;
  /** Install scripts run; default: they do not. */
  allowScripts?: boolean | undefined;
  /** Folder that the run writes into, if the gateway bears no change in a plugin's folder; absolute. */
  written?: string | undefined;
  /** Whether the config has a tool profile, which leaves out the tools of plugins. */
  hasProfile?: boolean;
  /** Told what takes long; what it returns is called when that is over. */
  onWait?: (what: string) => () => void;
}

/** Below the root of a repository. */
const PLUGINS = "fixtures/plugins";

interface Enabled {
  id: string;
  /** Absolute folder to load it from; undefined for one that comes with the gateway. */
  folder?: string;
}

/** What a gateway needs for the plugins of a scenario. */
export interface DeclaredPlugins {
  /** Config that enables them. */
  patches: JsonObject[];
  /** Ids of those that come with the gateway. */
  bundled: string[];
}

/**
 * Config that enables the plugins a scenario declares. One that is named by its id is loaded from `fixtures/plugins` of the
 * scenario's own repository if it lies there, or is the repository itself, and comes with the gateway otherwise; one that
 * is given by its path is loaded from there, and a package of the registry or a packed archive is installed first. Each gets an
 * empty config: releases of spring 2026 would add it themselves, and take that for a change to restart for.
 * @throws QaError `plugin-unreadable`, and what the install of a package throws
 */
export async function declaredPlugins(scenario: Scenario, options: PluginOptions): Promise<DeclaredPlugins> {
  const { plugins = [] } = scenario.meta;
  if (plugins.length === 0) return { patches: [], bundled: [] };
  const { written, hasProfile, teardown } = options;
  const enabled = await Promise.all(
    plugins.map(async (plugin) => {
      const { id, folder } = await find(plugin, scenario, options);
      return { id, folder: folder && written ? await quietFolder(folder, written, teardown) : folder };
    }),
  );
  const folders = enabled.flatMap(({ folder }) => folder ?? []);
  const own = enabled.flatMap(({ id, folder }) => (folder ? [id] : []));
  const patch = {
    ...(hasProfile && own.length > 0 ? { tools: { alsoAllow: own } } : {}),
    plugins: {
      entries: Object.fromEntries(enabled.map(({ id }) => [id, { enabled: true, config: {} }])),
      ...(folders.length > 0 ? { load: { paths: folders } } : {}),
    },
  };
  return { patches: [patch], bundled: enabled.flatMap(({ id, folder }) => (folder ? [] : [id])) };
}

type NamedPlugin = NonNullable<Scenario["meta"]["plugins"]>[number];

/** Folders and packed archives on this machine that a scenario's plugins come from; absolute. */
export async function pluginSources(scenario: Scenario): Promise<string[]> {
  const sources = await Promise.all(
    (scenario.meta.plugins ?? []).map((plugin) => sourceOf(plugin, scenario)),
  );
  return sources.filter((source) => source !== undefined);
}

/** Undefined for what comes with the gateway, or from the registry. */
async function sourceOf(plugin: NamedPlugin, { pack, file }: Scenario): Promise<string | undefined> {
  if (typeof plugin !== "string") return plugin.path && resolve(dirname(file.path), plugin.path);
  const folder = join(pack.referenceRoot, PLUGINS, plugin);
  if (existsSync(folder)) return folder;
  const isItsOwn = (await readPluginManifest(pack.referenceRoot).catch(() => undefined))?.id === plugin;
  return isItsOwn ? pack.referenceRoot : undefined;
}

async function find(
  plugin: NamedPlugin,
  scenario: Scenario,
  { signal, teardown, allowScripts = false, onWait }: PluginOptions,
): Promise<Enabled> {
  const path = await sourceOf(plugin, scenario);
  if (typeof plugin === "string") {
    if (path === undefined) return { id: plugin };
    return path === scenario.pack.referenceRoot
      ? { id: plugin, folder: path }
      : called(plugin, await inFolder(path, `${PLUGINS}/${plugin}`));
  }
  if (path && !isPackedPlugin(path)) return inFolder(path, plugin.path ?? "");
  const [{ installPluginArchive, installPluginPackage }, { writeNpmrc }] = await Promise.all([
    import("../../gateway/npm/plugin-package.ts"),
    import("../../gateway/npm/npmrc.ts"),
  ]);
  const scratch = await makeTempFolder({ kind: "plugin", teardown });
  const npmrc = await writeNpmrc(userFolder(), process.env, scratch);
  const options = { env: { ...process.env, ...npmrc }, signal, allowScripts };
  const spec = plugin.path ?? plugin.npm ?? "";
  const done = onWait?.(
    `the install of the plugin ${spec} ${path ? "with its dependencies" : "from the package registry"}`,
  );
  try {
    const folder = path
      ? await installPluginArchive(path, { ...options, scratch })
      : await installPluginPackage(spec, options);
    return inFolder(folder, spec);
  } finally {
    done?.();
    // It may hold credentials, and the plugin lies beside it.
    await rm(npmrc.npm_config_userconfig);
  }
}

/** @throws QaError `plugin-unreadable` where a plugin's manifest has another id than its scenario */
function called(plugin: string, found: Enabled): Enabled {
  if (found.id === plugin) return found;
  throw new QaError(`the plugin in ${PLUGINS}/${plugin} is called ${found.id} in its ${MANIFEST}`, {
    code: "plugin-unreadable",
    fault: "scenario",
    hint: `Give the folder, the manifest and the scenario's \`plugins\` one and the same id.`,
  });
}

/** Ids of the plugins that a scenario may name: in its repository, or the repository itself. */
export async function pluginFolders({ pack }: Pick<Scenario, "pack">): Promise<string[]> {
  const entries = await readdir(join(pack.referenceRoot, PLUGINS), { withFileTypes: true }).catch(() => []);
  const own = await readPluginManifest(pack.referenceRoot).catch(() => undefined);
  return [
    ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    ...(own ? [own.id] : []),
  ];
}

/** Plugins of a scenario that come from elsewhere, as they are named: of the registry, or packed. */
export function strangersOf({ meta: { plugins = [] } }: Scenario): string[] {
  return plugins.flatMap((plugin) => {
    if (typeof plugin === "string") return [];
    if (plugin.npm !== undefined) return [plugin.npm];
    return plugin.path !== undefined && isPackedPlugin(plugin.path) ? [plugin.path] : [];
  });
}

/** @throws QaError `plugin-unreadable` */
async function inFolder(folder: string, named: string): Promise<Enabled> {
  try {
    return { id: (await readPluginManifest(folder)).id, folder };
  } catch (error) {
    const isThere = existsSync(join(folder, MANIFEST));
    const problem = isThere ? ` that can be read: ${errorMessage(error)}` : "";
    throw new QaError(`the plugin ${named} has no ${MANIFEST}${problem}`, {
      code: "plugin-unreadable",
      fault: "scenario",
      hint: `A plugin's folder holds an ${MANIFEST} with its id.`,
    });
  }
}
