import { join } from "node:path";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { npmVariables, runNpm } from "../npm/npm.ts";
import { globalPackageRoot } from "../npm/prefix.ts";
import type { Environment } from "../process/env.ts";
import { loadExeca } from "../process/start-process.ts";
import { watchedEnv } from "../process/watchdog-env.ts";
import type { Progress } from "./progress.ts";

/** A release installed as `npm install --global` does it, into a prefix that nobody else uses. */
export interface OwnInstall {
  packageRoot: string;
  /**
   * npm's settings for whoever updates this install: the same registry and cache, and this prefix. They hold no
   * credentials; npm reads those from its own files.
   */
  env: Record<string, string>;
}

export interface OwnInstallOptions {
  /** Folder that holds the prefix; it goes with a run that is killed. */
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
): Promise<OwnInstall> {
  const prefix = join(tempRoot, "prefix");
  const settings = await npmSettings(env, signal);
  const npmEnv = watchedEnv({ ...env, ...settings }, tempRoot);
  const { ok, output } = await progress.during(`installing openclaw@${version} for this scenario alone`, () =>
    runNpm(["install", "--global", "--prefix", prefix, `openclaw@${version}`, "--prefer-offline"], {
      cwd: tempRoot,
      env: npmEnv,
      signal,
    }),
  );
  if (!ok) {
    throw new QaError(`openclaw@${version} could not be installed as a global package`, {
      code: "release-install-failed",
      fault: "environment",
      hint: "npm says why below.",
      details: output,
    });
  }
  return {
    packageRoot: globalPackageRoot(prefix, "openclaw"),
    env: {
      ...withoutCredentials(settings),
      ...(env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS } : {}),
      npm_config_prefix: prefix,
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      npm_config_fund: "false",
    },
  };
}

/** As the user's own npm has them: run by another Node, it would look for its global settings beside that one. */
async function npmSettings(env: Environment, signal: AbortSignal): Promise<Record<string, string>> {
  const { execa } = await loadExeca();
  const result = await execa("npm", ["config", "list", "--long", "--json"], {
    env: npmVariables(env),
    extendEnv: false,
    cancelSignal: signal,
    stdin: "ignore",
    reject: false,
  });
  signal.throwIfAborted();
  if (result.failed) {
    throw new QaError("npm cannot be asked for its settings", {
      code: "npm-failed",
      fault: "environment",
      hint: "Releases are installed with npm, which comes with every Node: put it on the PATH.",
      details: result.stderr || result.shortMessage,
    });
  }
  const config = JSON.parse(result.stdout) as JsonObject;
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
