import { isJsonObject } from "../../base/json.ts";
import type { Environment } from "../process/env.ts";
import { runNpm } from "./npm.ts";
import { writeNpmrc } from "./npmrc.ts";

/** How a program reaches the registry as npm does where the user stands. */
export interface NpmAccess {
  /** npm's own variables, and where its files are; they may hold credentials. */
  env: Record<string, string>;
  /** Registries and proxies. */
  hosts: string[];
}

/** Of the environment: also the certificates of a network that reads along. */
const OWN =
  /^(?:npm_config_|node_auth_token$|(?:https?|no|all)_proxy$|node_extra_ca_certs$|ssl_cert_(?:file|dir)$)/i;
/** What decides from where packages come: of the .npmrc where the user stands as well. */
const PASSED_ON =
  /^(?:registry|@[^:]+:registry|proxy|https-proxy|noproxy|cafile|strict-ssl|globalconfig|cache)$/;
const ADDRESS = /registry$|proxy$/;

/**
 * What a gateway's `plugins install` needs so that it installs from where the user's npm does. Tokens are in a file, to which
 * the variables only point.
 * @param cwd whose .npmrc counts, as for npm itself
 * @param folder absolute; for that file
 */
export async function npmAccess(
  cwd: string,
  env: Environment,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<NpmAccess> {
  const { stdout } = await runNpm(["config", "list", "--json"], { cwd, env, signal });
  const config: unknown = JSON.parse(stdout || "{}");
  const known = Object.entries(isJsonObject(config) ? config : {}).flatMap(
    ([name, value]): [string, string][] => {
      const isText = ["string", "boolean"].includes(typeof value) && value !== "";
      return isText && PASSED_ON.test(name) ? [[name, String(value)]] : [];
    },
  );
  const own = Object.entries(env).filter((entry): entry is [string, string] => {
    return OWN.test(entry[0]) && entry[1] !== undefined;
  });
  const addresses = known.filter(([name, value]) => ADDRESS.test(name) && URL.canParse(value));
  return {
    env: {
      ...Object.fromEntries(known.map(([name, value]) => [`npm_config_${name.replaceAll("-", "_")}`, value])),
      ...Object.fromEntries(own.filter(([name]) => !/^npm_config_userconfig$/i.test(name))),
      // Without it npm would look below the HOME that the gateway has.
      ...(await writeNpmrc(cwd, env, folder)),
    },
    hosts: [...new Set(addresses.map(([, value]) => new URL(value).hostname))],
  };
}
