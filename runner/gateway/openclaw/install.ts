import { readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { QaError } from "../../errors.ts";
import type { Environment } from "../env.ts";
import type { JsonObject } from "../gateway.ts";
import { type InstalledRelease, packageRootIn, type ReleaseCache } from "./cache.ts";
import { installHelpFor } from "./known-problems.ts";
import { withLock } from "./lock.ts";
import { runNpm } from "./npm.ts";
import type { Progress } from "./progress.ts";
import { traitsOf } from "./releases.ts";
import { makeTrimmedCopy } from "./trimmed-plugins.ts";
import { watchedEnv } from "./watchdog-env.ts";

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
export async function ensureInstalled(version: string, options: InstallOptions): Promise<InstalledRelease> {
  const { cache, progress, signal } = options;
  const present = await cache.find(version);
  if (present) return present;
  const onWait = () => progress.note(`another run is installing openclaw@${version}; waiting for it`);
  return withLock(cache.rootOf(version), { signal, onWait }, async () => {
    const meanwhile = await cache.find(version);
    return meanwhile ?? (await install(version, options));
  });
}

async function install(version: string, options: InstallOptions): Promise<InstalledRelease> {
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
    const trimmed = traitsOf(version).trimBundledPlugins
      ? await makeTrimmedCopy(packageRootIn(staging), join(staging, "trimmed"))
      : undefined;
    await cache.commit(staging, {
      version,
      ...facts,
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
  const flags = [
    "--prefer-offline",
    "--no-package-lock",
    ...(help?.ignoreScripts ? ["--ignore-scripts"] : []),
  ];
  const { ok, output } = await runNpm(["install", ...flags], {
    cwd: staging,
    env: watchedEnv(env, staging),
    signal,
  });
  if (ok) return;
  throw new QaError(`openclaw@${version} could not be installed`, {
    code: "release-install-failed",
    fault: "environment",
    hint: `npm says why below. Try \`npm install openclaw@${version}\` in an empty folder to see it for yourself.`,
    details: output,
  });
}

async function describePackage(root: string): Promise<{ buildId: string | undefined; nodeRange: string }> {
  const [manifest, build] = await Promise.all([
    readJson(join(root, "package.json")),
    readJson(join(root, "dist", "build-info.json")).catch((): JsonObject => ({})),
  ]);
  const nodeRange = (manifest.engines as JsonObject | undefined)?.node;
  const buildId = build.buildId ?? build.commit;
  return {
    buildId: typeof buildId === "string" ? buildId : undefined,
    nodeRange: typeof nodeRange === "string" ? nodeRange : "*",
  };
}

async function readJson(path: string): Promise<JsonObject> {
  return JSON.parse(await readFile(path, "utf8")) as JsonObject;
}
