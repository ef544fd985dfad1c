import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { npmAccess } from "../../gateway/npm/npm-access.ts";
import { NPM_REGISTRY } from "../../gateway/npm-registry.ts";
import type { Environment } from "../../gateway/process/env.ts";

const SETTING = /^\s*([^=;#\s][^=]*?)\s*=\s*(.*?)\s*$/;

/** Where packages come from, as npm would have it where the user stands. */
export interface Upstream {
  /** Of a package, without a slash at the end: `https://registry.npmjs.org`. */
  registryOf(name: string): string;
  /** What a request to an address needs to be let in. */
  headersFor(url: string): Record<string, string>;
}

/**
 * Reads npm's settings: registries, also those of scopes, and their tokens (`_authToken`).
 * @param cwd whose .npmrc counts, as for npm itself
 * @param folder absolute, nobody else's; for a file that may hold credentials
 */
export async function readUpstream(
  cwd: string,
  env: Environment,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<Upstream> {
  const { env: settings } = await npmAccess(cwd, env, { folder, signal });
  const npmrc = await readFile(join(folder, ".npmrc"), "utf8").catch(() => "");
  return upstreamOf(settings, npmrc);
}

/** @param settings npm's variables @param npmrc text of the file beside them */
export function upstreamOf(settings: Readonly<Record<string, string>>, npmrc: string): Upstream {
  const lines = npmrc.split("\n").flatMap((line) => {
    const [, name, value] = SETTING.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const named = new Map(lines);
  const tokens = lines.flatMap(([name, token]) => {
    const [, place] = /^(\/\/.+?)\/?:_authToken$/.exec(name) ?? [];
    return place === undefined ? [] : [{ place: `${place}/`, token }];
  });
  // The most exact one counts.
  tokens.sort((one, other) => other.place.length - one.place.length);
  return {
    registryOf(name) {
      const scope = /^@[^/]+/.exec(name)?.[0];
      const own =
        scope === undefined
          ? undefined
          : (settings[`npm_config_${scope}:registry`] ?? named.get(`${scope}:registry`));
      return (own ?? settings.npm_config_registry ?? NPM_REGISTRY).replace(/\/+$/, "");
    },
    headersFor(url) {
      const place = url.replace(/^https?:/, "");
      const token = tokens.find((each) => place.startsWith(each.place))?.token;
      const headers: Record<string, string> = {};
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      return headers;
    },
  };
}
