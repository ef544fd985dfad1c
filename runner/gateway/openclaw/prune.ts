import { rm } from "node:fs/promises";
import { isLocked, withLock } from "../npm/lock.ts";
import type { ReleaseCache } from "./cache.ts";

/** Removes a release, unless another run is just installing it: then it waits for that. */
export async function removeRelease(
  cache: ReleaseCache,
  version: string,
  signal: AbortSignal,
): Promise<void> {
  await withLock(cache.rootOf(version), { signal, onWait: () => {} }, () => cache.remove(version));
}

/**
 * Removes what interrupted installs left behind, and releases that no run has used for a while.
 * @returns the folders that are gone
 */
export async function pruneCache(
  cache: ReleaseCache,
  { unusedForMs, signal, now = Date.now() }: { unusedForMs: number; signal: AbortSignal; now?: number },
): Promise<string[]> {
  const removed: string[] = [];
  for (const { folder, version } of await cache.leftovers()) {
    // Another run is installing it.
    if (await isLocked(cache.rootOf(version))) continue;
    await rm(folder, { recursive: true, force: true });
    removed.push(folder);
  }
  for (const { version, root, lastUsedAt } of await cache.list()) {
    if (now - lastUsedAt.getTime() < unusedForMs) continue;
    await removeRelease(cache, version, signal);
    removed.push(root);
  }
  return removed;
}
