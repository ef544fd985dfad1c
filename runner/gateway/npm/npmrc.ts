import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "../process/env.ts";

const USER_CONFIG = /^npm_config_userconfig$/i;
/** A variable as npm reads one; with a question mark it may be absent. */
const VARIABLE = /(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}/g;

/**
 * Writes what npm would read where the user stands, for npm in a folder elsewhere: the user's .npmrc and after it, because it
 * counts more, that of the repository. Variables that they name are filled in, because what is started may not have them.
 * @param cwd where the user stands; absolute
 * @param folder for the file, which may hold credentials; absolute
 * @returns the variables that make npm read it
 */
export async function writeNpmrc(
  cwd: string,
  env: Environment,
  folder: string,
): Promise<{ npm_config_userconfig: string }> {
  const [, named] = Object.entries(env).find(([name]) => USER_CONFIG.test(name)) ?? [];
  const paths = [named ?? join(homedir(), ".npmrc"), join(projectOf(cwd), ".npmrc")];
  const texts = await Promise.all([...new Set(paths)].map((path) => readFile(path, "utf8").catch(() => "")));
  const file = join(folder, ".npmrc");
  await writeFile(file, texts.join("\n").replace(VARIABLE, filledFrom(env)), { mode: 0o600 });
  return { npm_config_userconfig: file };
}

/** As npm does: an odd number of backslashes before it keeps a variable as it is written. */
function filledFrom(env: Environment) {
  return (whole: string, escapes: string, name: string, optional?: string): string => {
    if (escapes.length % 2 === 1) return whole.slice((escapes.length + 1) / 2);
    return escapes.slice(escapes.length / 2) + (env[name] ?? (optional ? "" : whole.slice(escapes.length)));
  };
}

/** The folder that npm would take for the project: the nearest with a package.json or packages. */
function projectOf(cwd: string): string {
  for (let folder = cwd; dirname(folder) !== folder; folder = dirname(folder)) {
    if (["package.json", "node_modules"].some((name) => existsSync(join(folder, name)))) return folder;
  }
  return cwd;
}
