import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { QaError } from "../../base/errors.ts";
import { readJsonObject } from "../../base/files.ts";
import type { JsonObject } from "../../base/json.ts";
import { withLock } from "../npm/lock.ts";
import { requireNpm } from "../npm/npm.ts";
import type { Progress } from "../npm/progress.ts";
import type { Environment } from "../process/env.ts";
import { watchedEnv } from "../process/watchdog-env.ts";
import { type CachedRelease, packageRootIn, type ReleaseCache } from "./cache.ts";
import { installHelpFor } from "./known-problems.ts";
import { nodePackage, nodeProgramIn, ownNodeFits, type ReleaseNode } from "./node.ts";
import { traitsOf } from "./releases.ts";
import { makeTrimmedCopy } from "./trimmed-plugins.ts";

export interface InstallOptions {
  cache: ReleaseCache;
  env: Environment;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * The installed release, installed first if need be. One process installs, others wait for it. A release is built in
 * a folder of its own and moved into place when it is complete, so an interrupted install is never taken for one.
 * @throws QaError `release-install-failed` with npm's own words; the signal's reason
 */
export async function ensureInstalled(version: string, options: InstallOptions): Promise<CachedRelease> {
  const { cache, progress, signal } = options;
  const present = await cache.find(version);
  if (present) return present;
  const onWait = () => progress.note(`another run is installing openclaw@${version}; waiting for it`);
  return withLock(cache.rootOf(version), { signal, onWait }, async () => {
    const meanwhile = await cache.find(version);
    return meanwhile ?? (await install(version, options));
  });
}

async function install(version: string, options: InstallOptions): Promise<CachedRelease> {
  const { cache, progress } = options;
  for (const { folder, version: abandoned } of await cache.leftovers()) {
    if (abandoned === version) await rm(folder, { recursive: true, force: true });
  }
  const staging = await cache.createStaging(version);
  try {
    await progress.during(`installing openclaw@${version} into ${cache.folder}`, () =>
      fetchInto(staging, version, options),
    );
    const facts = await describePackage(packageRootIn(staging));
    const node = ownNodeFits(facts.nodeRange)
      ? undefined
      : await fetchNode(staging, version, facts.nodeRange, options);
    const trimmed = traitsOf(version).trimBundledPlugins
      ? await makeTrimmedCopy(packageRootIn(staging), join(staging, "trimmed"))
      : undefined;
    await cache.commit(staging, {
      version,
      ...facts,
      node: node && { ...node, file: relative(staging, node.file) },
      trimmedPluginsDir: trimmed && relative(staging, trimmed),
    });
  } catch (error) {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
  const installed = await cache.find(version);
  if (!installed) throw new Error(`openclaw@${version} was installed and is not there`);
  return installed;
}

async function fetchInto(
  staging: string,
  version: string,
  { env, signal, progress }: InstallOptions,
): Promise<void> {
  const help = installHelpFor(version);
  for (const reason of help?.reasons ?? []) {
    progress.note(`openclaw@${version} does not install as published: ${reason}; using substitutes`);
  }
  const manifest = { private: true, dependencies: { openclaw: version }, overrides: help?.overrides };
  await writeFile(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await npmInstall(staging, `openclaw@${version}`, help?.ignoreScripts ? ["--ignore-scripts"] : [], {
    env,
    signal,
  });
}

/** A Node of the release's own, in a folder beside it: npm would take it for the one to run install scripts with. */
async function fetchNode(
  staging: string,
  version: string,
  range: string,
  { env, signal, progress }: InstallOptions,
): Promise<ReleaseNode> {
  const name = nodePackage();
  const needs = `openclaw@${version} needs Node ${range}, and this is Node ${process.versions.node}`;
  if (!name) {
    throw new QaError(`${needs}; no package carries Node for ${process.platform}-${process.arch}`, {
      code: "gateway-node-unsupported",
      fault: "environment",
      hint: "Run the program on a Node in that range.",
    });
  }
  progress.note(`${needs}; installing one for it`);
  const folder = join(staging, "node");
  await mkdir(folder, { mode: 0o700 });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: { [name]: range } }),
  );
  await npmInstall(folder, `Node ${range}`, [], { env, signal });
  const file = nodeProgramIn(folder, name);
  const manifest = await readJsonObject(join(folder, "node_modules", name, "package.json"));
  if (!file) throw new Error(`${name} was installed and brought no Node`);
  return { file, version: String(manifest.version) };
}

async function npmInstall(
  folder: string,
  what: string,
  flags: readonly string[],
  { env, signal }: Pick<InstallOptions, "env" | "signal">,
): Promise<void> {
  await requireNpm(
    ["install", "--prefer-offline", "--no-package-lock", ...flags],
    { cwd: folder, env: watchedEnv(env, folder), signal },
    {
      message: `${what} could not be installed`,
      code: "release-install-failed",
      hint: "npm says why below. Try `npm install` of it in an empty folder to see it for yourself.",
    },
  );
}

async function describePackage(root: string): Promise<{ buildId: string | undefined; nodeRange: string }> {
  const [manifest, build] = await Promise.all([
    readJsonObject(join(root, "package.json")),
    readJsonObject(join(root, "dist", "build-info.json")).catch((): JsonObject => ({})),
  ]);
  const nodeRange = (manifest.engines as JsonObject | undefined)?.node;
  const buildId = build.buildId ?? build.commit;
  return {
    buildId: typeof buildId === "string" ? buildId : undefined,
    nodeRange: typeof nodeRange === "string" ? nodeRange : "*",
  };
}
