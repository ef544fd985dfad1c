import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The folder in which this tool keeps, for one user, what it can make again: `GATEWAY_QA_CACHE`, or one of the user's own
 * cache. docs/cache.md says what lies in it.
 */
export function userCache(env, platform = process.platform) {
  return resolve(
    env.GATEWAY_QA_CACHE ||
      (env.XDG_CACHE_HOME && join(env.XDG_CACHE_HOME, "gateway-qa")) ||
      (platform === "win32" && env.LOCALAPPDATA && join(env.LOCALAPPDATA, "gateway-qa", "Cache")) ||
      join(homedir(), ".cache", "gateway-qa"),
  );
}
