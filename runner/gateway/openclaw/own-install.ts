import { join } from "node:path";
import type { JsonObject } from "../../base/json.ts";
import { type InstalledRelease, installGlobally } from "../npm/global-install.ts";
import { requireNpm } from "../npm/npm.ts";
import type { Progress } from "../npm/progress.ts";
import type { Environment } from "../process/env.ts";
import { watchedEnv } from "../process/watchdog-env.ts";

export interface OwnInstallOptions {
  /** Folder that holds the prefix; it is removed with a run that is killed. */
  tempRoot: string;
  env: Environment;
  progress: Progress;
  signal: AbortSignal;
}

/** What makes npm find the same packages from another HOME, under another Node and with another prefix. */
const SETTINGS = [
  "registry",
  "userconfig",
  "globalconfig",
  "cache",
  "cafile",
  "proxy",
  "https-proxy",
  "noproxy",
];

/**
 * Installs a release with npm alone, from the registry as npm is configured. Not a copy of the cached release: only
 * npm knows what a global install looks like, and a link into the cache would let an update reach what other runs use.
 * @throws QaError `release-install-failed` with npm's own words; the signal's reason
 */
export async function installForOneself(
  version: string,
  { tempRoot, env, progress, signal }: OwnInstallOptions,
): Promise<InstalledRelease> {
  const prefix = join(tempRoot, "prefix");
  const settings = await npmSettings(env, tempRoot, signal);
  return progress.during(`installing openclaw@${version} for this scenario alone`, () =>
    installGlobally("openclaw", version, {
      prefix,
      npm: { cwd: tempRoot, env: watchedEnv({ ...env, ...settings }, tempRoot), signal },
      flags: ["--prefer-offline"],
      // The same registry and cache, and this prefix; npm reads credentials from its own files.
      updateEnv: {
        ...withoutCredentials(settings),
        ...(env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS } : {}),
        npm_config_prefix: prefix,
      },
      failure: {
        message: `openclaw@${version} could not be installed as a global package`,
        code: "release-install-failed",
        hint: "npm says why below.",
      },
    }),
  );
}

/** As the user's own npm has them: run by another Node, it would look for its global settings beside that one. */
async function npmSettings(
  env: Environment,
  cwd: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const printed = await requireNpm(
    ["config", "list", "--long", "--json"],
    { cwd, env, signal, userNode: true },
    { message: "npm cannot be asked for its settings", code: "npm-failed" },
  );
  const config = JSON.parse(printed) as JsonObject;
  return Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const value = config[name];
      const set = typeof value === "string" && value !== "";
      return set ? [[`npm_config_${name.replaceAll("-", "_")}`, value]] : [];
    }),
  );
}

/** Without the addresses that hold a name and a password, as a registry's or a proxy's may. */
function withoutCredentials(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => {
      const url = URL.canParse(value) ? new URL(value) : undefined;
      return !url?.username && !url?.password;
    }),
  );
}
