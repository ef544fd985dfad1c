import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../runner/gateway/openclaw/cache.ts";

const run = promisify(execFile);
const LIMIT_MS = 300_000;

/** A plugin of the npm registry. */
export interface PublishedPlugin {
  name: string;
  version: string;
  /** What its schema asks for, with values that mean nothing. */
  config?: object;
}

/** The fixed list. */
export const PUBLISHED: readonly PublishedPlugin[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "plugins.json"), "utf8"),
);

/** One that is on this machine. */
export interface InstalledPlugin {
  /** Of its manifest. */
  id: string;
  /** Absolute. */
  folder: string;
  /** The `plugins` section of a config that loads it, and lets it have its hooks. */
  config: object;
}

/** Installs all of the list. @returns why that cannot be done */
export async function installAll(): Promise<string | undefined> {
  try {
    for (const plugin of PUBLISHED) await installPublished(plugin);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Installs a plugin from the registry into the cache, unless it is there, without running any of its scripts.
 * @throws what npm says
 */
export async function installPublished(plugin: PublishedPlugin): Promise<InstalledPlugin> {
  const { name, version } = plugin;
  const root = join(dirname(cacheFolder(process.env)), "plugins", `${name.replace(/[@/]/g, "_")}-${version}`);
  const folder = join(root, "node_modules", name);
  const done = join(root, "installed");
  const isInstalled = await access(done).then(
    () => true,
    () => false,
  );
  if (!isInstalled) {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, "package.json"), '{"private":true}');
    const flags = ["--ignore-scripts", "--omit=dev", "--legacy-peer-deps", "--no-audit", "--no-fund"];
    await run("npm", ["install", `${name}@${version}`, ...flags], { cwd: root, timeout: LIMIT_MS });
    await writeFile(done, "");
  }
  const manifest: { id: string } = JSON.parse(await readFile(join(folder, "openclaw.plugin.json"), "utf8"));
  return { id: manifest.id, folder, config: configOf(manifest.id, folder, plugin) };
}

function configOf(id: string, folder: string, { config }: PublishedPlugin): object {
  const entry = { enabled: true, hooks: { allowConversationAccess: true }, ...(config && { config }) };
  return { load: { paths: [folder] }, slots: { memory: id }, entries: { [id]: entry } };
}
