import { QaError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { type CachedRelease, cacheFolder, ReleaseCache } from "../../gateway/openclaw/cache.ts";
import { OpenClawKind } from "../../gateway/openclaw/openclaw.ts";
import { streamProgress } from "../../gateway/openclaw/progress.ts";
import { pruneCache, removeRelease } from "../../gateway/openclaw/prune.ts";
import { parseRelease } from "../../gateway/target.ts";
import type { GatewayListOptions, GatewayPruneOptions } from "../gateway-options.ts";
import { watchInterrupt } from "../interrupt.ts";
import { REPO_ROOT } from "../workspace.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** `qa gateway install` */
export async function installRelease(release: string): Promise<number> {
  return interruptible(async (signal) => {
    const kind = new OpenClawKind(parseRelease(release), {
      repoRoot: REPO_ROOT,
      cacheFolder: cacheFolder(process.env),
      env: process.env,
      progress: streamProgress(process.stderr),
    });
    const { version, root } = await kind.install(signal);
    process.stdout.write(`openclaw@${version} is installed in ${root}\n`);
  });
}

/** `qa gateway list` */
export async function listReleases({ json }: GatewayListOptions): Promise<number> {
  const cache = new ReleaseCache(cacheFolder(process.env));
  const rows = (await cache.list()).map(rowOf);
  if (json) process.stdout.write(`${JSON.stringify({ folder: cache.folder, releases: rows }, null, 2)}\n`);
  else if (rows.length === 0) process.stdout.write(`no release is installed in ${cache.folder}\n`);
  else
    for (const { version, buildId, node, lastUsedAt } of rows) {
      process.stdout.write(
        `openclaw@${version}  build ${buildId ?? "unknown"}  Node ${node}  last used ${lastUsedAt.slice(0, 10)}\n`,
      );
    }
  return EXIT.passed;
}

/** `qa gateway remove` */
export async function removeReleases(versions: readonly string[]): Promise<number> {
  const cache = new ReleaseCache(cacheFolder(process.env));
  return interruptible(async (signal) => {
    for (const given of versions) {
      const { spec: version } = parseRelease(given);
      if (!(await cache.find(version))) throw await notInstalled(version, cache);
      await removeRelease(cache, version, signal);
      process.stdout.write(`openclaw@${version} is removed\n`);
    }
  });
}

/** `qa gateway prune` */
export async function pruneReleases({ days }: GatewayPruneOptions): Promise<number> {
  const cache = new ReleaseCache(cacheFolder(process.env));
  return interruptible(async (signal) => {
    const removed = await pruneCache(cache, { unusedForMs: days * DAY_MS, signal });
    for (const path of removed) process.stdout.write(`removed ${path}\n`);
    if (removed.length === 0) process.stdout.write("there is nothing to remove\n");
  });
}

async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const interrupt = watchInterrupt();
  try {
    await work(interrupt.signal);
    return EXIT.passed;
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    interrupt.dispose();
  }
}

function rowOf({ version, buildId, nodeRange, root, installedAt, lastUsedAt }: CachedRelease) {
  return {
    version,
    buildId,
    node: nodeRange,
    folder: root,
    installedAt: installedAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
  };
}

async function notInstalled(version: string, cache: ReleaseCache): Promise<QaError> {
  const installed = (await cache.list()).map((release) => release.version);
  return new QaError(`openclaw@${version} is not installed`, {
    code: "release-not-installed",
    fault: "environment",
    hint: installed.length > 0 ? `Installed: ${installed.join(", ")}.` : "No release is installed.",
  });
}
