import { join } from "node:path";
import { type NpmOptions, requireNpm } from "./npm.ts";

/** A release installed as `npm install --global` does it, into a prefix that nothing else uses. */
export interface InstalledRelease {
  version: string;
  prefix: string;
  /** The package's folder; an update replaces what lies there. */
  packageRoot: string;
  /** npm's settings for those who update this install. They hold no credentials. */
  env: Record<string, string>;
}

/** So that the output of an update is its own, without npm's additions. */
const QUIET = {
  npm_config_update_notifier: "false",
  npm_config_audit: "false",
  npm_config_fund: "false",
};

export interface GlobalInstallOptions {
  /** Folder that does not exist yet, or is empty. */
  prefix: string;
  npm: NpmOptions;
  /** npm's settings for those who update the install later; they hold no credentials. */
  updateEnv: Readonly<Record<string, string>>;
  flags?: readonly string[];
  failure: Parameters<typeof requireNpm>[2];
}

/**
 * Installs one release of a package.
 * @throws QaError `npm-missing`, or `failure` with npm's own words; the signal's reason
 */
export async function installGlobally(
  name: string,
  version: string,
  { prefix, npm, updateEnv, flags = [], failure }: GlobalInstallOptions,
): Promise<InstalledRelease> {
  const args = ["install", "--global", "--prefix", prefix, `${name}@${version}`, ...flags];
  await requireNpm(args, npm, failure);
  return {
    version,
    prefix,
    packageRoot: globalPackageRoot(prefix, name),
    env: { ...updateEnv, ...QUIET },
  };
}

/** Where npm keeps a package that it installed globally into a prefix: on Windows there is no `lib` in between. */
export function globalPackageRoot(prefix: string, name: string, platform = process.platform): string {
  return platform === "win32"
    ? join(prefix, "node_modules", name)
    : join(prefix, "lib", "node_modules", name);
}
