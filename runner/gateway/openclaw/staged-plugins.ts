import { access, mkdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { withLock } from "../npm/lock.ts";
import type { CachedRelease } from "./cache.ts";
import { makeStagedCopy } from "./trimmed-plugins.ts";

/** Beside the release, so that its links lead to it; see `makeStagedCopy` for its name. */
const COPY = "openclaw-upstream";
/** For what is not among the release's own packages: below the home of each gateway. */
const WRITABLE = "~/plugin-stage";

/**
 * The environment in which a release that is run with trimmed plugins has those of upstream's scenarios, and starts them
 * without an install. The copy is made on first use; releases that are not trimmed have all their plugins.
 * @throws the signal's reason
 */
export async function stagedPlugins(
  { root, packageRoot, trimmedPluginsDir }: CachedRelease,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  if (!trimmedPluginsDir) return {};
  const stage = join(root, "stage");
  const copy = join(stage, COPY);
  if (!(await isThere(copy))) {
    await withLock(stage, { signal, onWait() {} }, async () => {
      if (await isThere(copy)) return;
      await mkdir(stage, { recursive: true, mode: 0o700 });
      // A run that was killed may have left it.
      const unfinished = `${copy}.new`;
      await rm(unfinished, { recursive: true, force: true });
      await makeStagedCopy(packageRoot, join(root, "node_modules"), unfinished);
      await rename(unfinished, copy);
    });
  }
  return {
    OPENCLAW_BUNDLED_PLUGINS_DIR: join(copy, "dist", "extensions"),
    OPENCLAW_PLUGIN_STAGE_DIR: [stage, WRITABLE].join(delimiter),
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
