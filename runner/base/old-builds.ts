import { readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A version that has not run for so long is not used any more. */
const UNUSED_MS = 30 * 24 * 60 * 60_000;
const BUILD = /^[0-9a-f]{16}$/;

/**
 * Marks what a build of this tool keeps as used today, and removes what other builds keep that have not run for a month:
 * each new version keeps things of its own. What cannot be removed stays; never throws.
 * @param own absolute folder; the others lie beside it
 */
export async function removeOldBuilds(own: string, now: Date = new Date()): Promise<void> {
  try {
    await utimes(own, now, now);
    const folder = dirname(own);
    for (const name of await readdir(folder)) {
      if (!BUILD.test(name) || name === basename(own)) continue;
      const { mtimeMs } = await stat(join(folder, name));
      if (now.getTime() - mtimeMs > UNUSED_MS) await rm(join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // Another user's, or another process is removing the same.
  }
}
