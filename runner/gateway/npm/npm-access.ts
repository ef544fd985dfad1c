import { homedir } from "node:os";
import { join } from "node:path";
import { isJsonObject } from "../../base/json.ts";
import type { Environment } from "../process/env.ts";
import { runNpm } from "./npm.ts";

/** How a program that is not npm reaches the registry as the user's npm does. */
export interface NpmAccess {
  /** npm's own variables, and where its files are; they may hold credentials. */
  env: Record<string, string>;
  /** Registries and proxies. */
  hosts: string[];
}

const OWN = /^(?:npm_config_|node_auth_token$|https?_proxy$|no_proxy$|all_proxy$)/i;
const ADDRESS = /(?:^|:)registry$|^(?:https?-)?proxy$/;

/**
 * What a gateway's `plugins install` needs so that it installs from where the user's npm does: for that command alone.
 * @param cwd whose .npmrc counts, as for npm itself
 */
export async function npmAccess(cwd: string, env: Environment, signal: AbortSignal): Promise<NpmAccess> {
  const { stdout } = await runNpm(["config", "list", "--json"], { cwd, env, signal });
  const config: unknown = JSON.parse(stdout || "{}");
  const known = isJsonObject(config) ? config : {};
  const own = Object.entries(env).filter((entry): entry is [string, string] => {
    return OWN.test(entry[0]) && entry[1] !== undefined;
  });
  const { userconfig = join(homedir(), ".npmrc"), globalconfig, cache } = known;
  return {
    env: {
      ...Object.fromEntries(own),
      ...Object.fromEntries(
        Object.entries({ userconfig, globalconfig, cache }).flatMap(([name, value]) =>
          typeof value === "string" ? [[`npm_config_${name}`, value]] : [],
        ),
      ),
    },
    hosts: [
      ...new Set(
        Object.entries(known).flatMap(([name, value]) =>
          ADDRESS.test(name) && typeof value === "string" && URL.canParse(value)
            ? [new URL(value).hostname]
            : [],
        ),
      ),
    ],
  };
}
