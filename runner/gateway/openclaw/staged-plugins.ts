import { createHash } from "node:crypto";
import { access, mkdir, realpath, rename, rm, symlink } from "node:fs/promises";
import { delimiter, join, relative } from "node:path";
import { withLock } from "../npm/lock.ts";
import type { CachedRelease } from "./cache.ts";
import { FOR_UPSTREAM, makeUpstreamCopy } from "./trimmed-plugins.ts";

/**
 * Called so that a release takes it, as it lies in a search root, for the packages of its own plugins too; and for other
 * plugins it is another.
 */
const COPY = `openclaw-upstream-${shortHash(FOR_UPSTREAM.join())}`;
/** For what is not among the release's own packages: below the home of each gateway. */
const WRITABLE = "~/plugin-stage";

/**
 * The environment in which a release that is run with trimmed plugins has those of upstream's scenarios, and starts them
 * without an install: in the search root `stage` beside it, it finds the packages that were installed with it, where it
 * would install them again for each gateway. Made on first use; releases that are not trimmed have all their plugins.
 * @throws the signal's reason
 */
export async function stagedPlugins(
  release: CachedRelease,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  if (!release.trimmedPluginsDir) return {};
  const stage = join(release.root, "stage");
  const copy = join(stage, COPY);
  // It stages for the package that it was started from, and for the one that its plugins are in.
  const own = join(stage, await keyOf(release));
  if (!((await isThere(copy)) && (await isThere(own)))) {
    await withLock(stage, { signal, onWait() {} }, async () => {
      await mkdir(stage, { recursive: true, mode: 0o700 });
      await make(copy, (folder) => makeUpstreamCopy(release.packageRoot, folder), release);
      await make(own, (folder) => mkdir(folder, { mode: 0o700 }), release);
    });
  }
  return {
    OPENCLAW_BUNDLED_PLUGINS_DIR: join(copy, "dist", "extensions"),
    OPENCLAW_PLUGIN_STAGE_DIR: [stage, WRITABLE].join(delimiter),
  };
}

/** Makes a folder that the packages of the release are found in, if it is not there; a killed run leaves none behind. */
async function make(
  folder: string,
  fill: (folder: string) => Promise<unknown>,
  { root }: CachedRelease,
): Promise<void> {
  if (await isThere(folder)) return;
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await fill(unfinished);
  await symlink(relative(folder, join(root, "node_modules")), join(unfinished, "node_modules"));
  await rename(unfinished, folder);
}

/** Below a search root, releases look in a folder with the version, and with where their package lies. */
async function keyOf({ version, packageRoot }: CachedRelease): Promise<string> {
  return `openclaw-${version}-${shortHash(await realpath(packageRoot))}`;
}

/** As releases shorten it. */
function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
