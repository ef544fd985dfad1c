import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { userCache } from "../../base/user-cache.js";
import { watchedEnv } from "../process/watchdog-env.ts";
import { withLock } from "./lock.ts";
import { requireNpm } from "./npm.ts";
import { streamProgress } from "./progress.ts";

/** A package that only some scenarios need, so that it is installed when the first of them runs. */
export interface Tool {
  name: string;
  /** Exact. */
  version: string;
  /** Other versions of what it needs, as npm's `overrides`. */
  overrides?: Readonly<Record<string, unknown>>;
  /** What it is needed for, in a few words. */
  purpose: string;
}

/**
 * Installs a tool into the user's cache unless it is there. One process installs, others wait for it; its install scripts
 * do not run.
 * @returns absolute folder whose `node_modules` has it
 * @throws QaError `tool-install-failed` with npm's own words, `npm-missing`; the signal's reason
 */
export async function ensureTool(
  { name, version, overrides, purpose }: Tool,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(userCache(process.env), "tools", `${name}-${version}`);
  const isThere = () => existsSync(folder);
  if (isThere()) return folder;
  const progress = streamProgress(process.stderr);
  const onWait = () => progress.note(`another run is installing ${name}@${version}; waiting for it`);
  return withLock(folder, { signal, onWait }, async () => {
    if (isThere()) return folder;
    const staging = `${folder}.staging`;
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const manifest = { private: true, dependencies: { [name]: version }, overrides };
    await writeFile(join(staging, "package.json"), JSON.stringify(manifest));
    await progress.during(`installing ${name}@${version}, ${purpose}, into ${folder}`, () =>
      requireNpm(
        ["install", "--prefer-offline", "--no-package-lock", "--ignore-scripts"],
        { cwd: staging, env: watchedEnv(process.env, staging), signal },
        {
          message: `${name}@${version} could not be installed, ${purpose}`,
          code: "tool-install-failed",
          hint: "npm says why below. Check npm's configuration and the network; scenarios that update no gateway run without it.",
        },
      ),
    );
    await rename(staging, folder);
    return folder;
  });
}
