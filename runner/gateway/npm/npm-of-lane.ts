import { join } from "node:path";
import { QaError } from "../../base/errors.ts";
import { loadExeca } from "../process/start-process.ts";

const NPM_TIMEOUT_MS = 120_000;

export interface NpmOptions {
  /** The only registry that npm may talk to. */
  registry: string;
  /** A private folder that npm may fill with its cache and settings. */
  home: string;
  signal: AbortSignal;
}

/**
 * Settings of npm that keep it away from the user's own: cache, settings and registry. A gateway that
 * updates itself gets them as environment too.
 */
export function npmEnv({ registry, home }: Pick<NpmOptions, "registry" | "home">): Record<string, string> {
  return {
    npm_config_registry: registry,
    npm_config_cache: join(home, "npm-cache"),
    npm_config_userconfig: join(home, ".npmrc"),
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
}

/** Runs the npm of this machine. @throws QaError `npm-missing`, `npm-failed` with npm's own words */
export async function runNpm(args: readonly string[], { signal, ...options }: NpmOptions): Promise<void> {
  const { execa } = await loadExeca();
  const result = await execa("npm", args, {
    env: { PATH: process.env.PATH ?? "", HOME: options.home, NO_COLOR: "1", ...npmEnv(options) },
    extendEnv: false,
    cwd: options.home,
    cancelSignal: signal,
    timeout: NPM_TIMEOUT_MS,
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  if (!result.failed) return;
  if (result.code === "ENOENT") {
    throw new QaError("npm was not found", {
      code: "npm-missing",
      fault: "environment",
      hint: "Releases are installed with npm, which comes with every Node: put it on the PATH.",
    });
  }
  throw new QaError(`npm ${args[0]} failed`, {
    code: "npm-failed",
    fault: "environment",
    details: result.stderr || result.stdout || result.shortMessage,
  });
}
