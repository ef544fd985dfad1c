import { resolve } from "node:path";

/** Root of this repository: holds `qa/`, `runner/` and `fixtures/`. */
export const REPO_ROOT = resolve(import.meta.dirname, "../..");

/** Scripts of package.json that are this program. */
const SCRIPTS: readonly (string | undefined)[] = ["qa", "night"];

/**
 * The folder the user stands in. `pnpm qa …` moves to the repository's root first and keeps the
 * user's folder in INIT_CWD.
 */
export function userFolder(): string {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  return SCRIPTS.includes(npm_lifecycle_event) && INIT_CWD ? INIT_CWD : process.cwd();
}
