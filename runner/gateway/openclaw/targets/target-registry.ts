import { appendFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readJsonObject } from "../../../base/files.ts";
import type { Teardown } from "../../../base/teardown.ts";
import { makeTempFolder } from "../../../base/temp-folder.ts";
import { type NpmOptions, requireNpm } from "../../npm/npm.ts";
import type { Progress } from "../../npm/progress.ts";
import { putPackage, type Registry, startRegistry } from "../../npm/registry.ts";
import type { Environment } from "../../process/env.ts";
import { freePort } from "../../process/ports.ts";
import { loadExeca } from "../../process/start-process.ts";
import { watchedEnv } from "../../process/watchdog-env.ts";
import { inventedVersion, makeVersion } from "./broken-package.ts";
import { faultOf } from "./faults.ts";

const PACKAGE = "openclaw";

/** Where a release is to update itself from, and to what. */
export interface Targets {
  /** What the first tag names, and `latest`. */
  version: string;
  /** npm's settings with which they are found. The registry that they name may be one that does not answer. */
  env: Record<string, string>;
  diskFull: boolean;
}

export interface TargetOptions {
  /** The release that is installed, of which the targets are made. */
  version: string;
  env: Environment;
  progress: Progress;
  teardown: Teardown;
  signal: AbortSignal;
}

/**
 * Offers later versions of a release that are the same but for a fault, by the fault's name as their tag, in a registry of
 * the run's own. What else a release needs comes from the registry that npm is configured for, if it asks for no credentials.
 * @throws QaError `target-unknown`, `target-not-made` when npm cannot fetch the release, and what npm and the registry throw
 */
export async function offerTargets(tags: readonly string[], options: TargetOptions): Promise<Targets> {
  const { teardown, signal, progress } = options;
  const faults = tags.map(faultOf);
  const version = inventedVersion(options.version);
  const diskFull = faults.some((fault) => fault.diskFull);
  const folder = await makeTempFolder({ kind: "registry", teardown });
  const npm = { cwd: folder, env: watchedEnv(options.env, folder), signal };
  const cache = await copyCache(folder, npm);
  const found = (registry: string): Targets => ({
    version,
    diskFull,
    env: { npm_config_registry: registry, npm_config_cache: cache },
  });
  if (faults.some(({ registryGone }) => registryGone)) return found(`http://127.0.0.1:${await freePort()}`);
  const url = (await requireNpm(["config", "get", "registry"], npm, NO_NPM)).trim();
  const behind = { url, own: [PACKAGE] };
  const registry = await startRegistry(join(folder, "registry"), { teardown, signal, behind });
  await progress.during(`making openclaw@${version}: ${tags.join(", ")}`, async () => {
    const [packed] = JSON.parse(
      await requireNpm(["pack", `${PACKAGE}@${options.version}`, "--json", "--prefer-offline"], npm, {
        message: `openclaw@${options.version} could not be fetched to make its targets of it`,
        code: "target-not-made",
      }),
    ) as { filename: string }[];
    const { extract } = await import("tar");
    const desk = join(folder, "desk");
    await mkdir(desk, { mode: 0o700 });
    await extract({ file: join(folder, packed?.filename ?? ""), cwd: desk, strict: true });
    for (const [at, tag] of tags.entries()) {
      signal.throwIfAborted();
      const made = at === 0 ? version : nextOf(version, at);
      await offer(registry, desk, { tag, version: made, isLatest: at === 0 });
    }
  });
  return found(registry.url);
}

/**
 * A cache of npm's that has what the user's has: most of a release is the packages that it needs. The contents are linked,
 * because they never change; where that cannot be, it begins empty.
 */
async function copyCache(folder: string, npm: NpmOptions): Promise<string> {
  const cache = join(folder, "npm-cache");
  const users = (await requireNpm(["config", "get", "cache"], npm, NO_NPM)).trim();
  const target = join(cache, "_cacache");
  await mkdir(target, { recursive: true, mode: 0o700 });
  const { execa } = await loadExeca();
  const copy = (how: string, part: string) =>
    execa("cp", [how, join(users, "_cacache", part), target], { cancelSignal: npm.signal, reject: false });
  const { failed } = await copy("-al", "content-v2");
  if (!failed) await copy("-a", "index-v5");
  npm.signal.throwIfAborted();
  return cache;
}

const NO_NPM = { message: "npm cannot be asked for its settings", code: "npm-failed" };

function nextOf(version: string, by: number): string {
  const parts = version.split(".");
  return [...parts.slice(0, -1), Number(parts.at(-1)) + by].join(".");
}

/** Publishes the unpacked release as another version, and leaves it as it was. */
async function offer(
  registry: Registry,
  desk: string,
  { tag, version, isLatest }: { tag: string; version: string; isLatest: boolean },
): Promise<void> {
  const { inPackage, tampered } = faultOf(tag);
  const { create } = await import("tar");
  const root = join(desk, "package");
  const file = `${PACKAGE}-${version}.tgz`;
  const restore = await makeVersion(root, version, inPackage);
  const manifest = await readJsonObject(join(root, "package.json"));
  // Little is gained by packing it well: it is unpacked once.
  await create({ file: join(desk, file), cwd: desk, gzip: { level: 1 }, portable: true }, ["package"]);
  await restore();
  const content = await readFile(join(desk, file));
  await rm(join(desk, file));
  await putPackage(registry, manifest, { file, content, tags: isLatest ? [tag, "latest"] : [tag] });
  if (tampered) await appendFile(join(registry.storage, PACKAGE, file), "tampered");
}
