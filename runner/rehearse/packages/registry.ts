import { join } from "node:path";
import type { Teardown } from "../../base/teardown.ts";
import { makeTempFolder } from "../../base/temp-folder.ts";
import type { Environment } from "../../gateway/process/env.ts";
import { HttpError } from "../../http/json.ts";
import { forwardTo, listenAtSocket } from "../../http/local-server.ts";
import { ASKED_PATH, type Asked, OfferedPackages } from "./offered.ts";
import { readUpstream } from "./upstream.ts";

const SERVER = "packages for the rehearsal";

interface RegistryOptions {
  signal: AbortSignal;
  teardown: Teardown;
}

/** Where packages can be had by a process that has no way out. */
export interface PackageDoor {
  /** A socket in the file system, which lies in no network. */
  path: string;
  token: string;
}

/** A registry, as a copy sees it. */
export interface CopyRegistry {
  /** What makes npm ask it, with npm's own files below a folder. */
  env(folder: string): Record<string, string>;
  asked(): Promise<Asked>;
}

/**
 * Offers packages of the user's registry behind a socket in the file system.
 * @param names of those that may be asked for; what they need may be too
 * @param cwd where the user stands: npm's settings there say which registry
 */
export async function openPackageDoor(
  names: Iterable<string>,
  { cwd, env, signal, teardown }: RegistryOptions & { cwd: string; env: Environment },
): Promise<PackageDoor> {
  const folder = await makeTempFolder({ kind: "packages", teardown });
  const offered = new OfferedPackages(names, await readUpstream(cwd, env, { folder, signal }), signal);
  const path = join(folder, "door");
  const options = {
    name: SERVER,
    teardown,
    refusal: (error: unknown) => ({
      status: error instanceof HttpError ? error.status : 500,
      body: { error: error instanceof HttpError ? error.message : "this failed" },
    }),
  };
  const { token } = await listenAtSocket(options, path, (asked, request, response) =>
    offered.answer(asked, request, response),
  );
  return { path, token };
}

/** Opens a registry on this process's loopback that leads to what is offered. */
export async function registryAt(
  { path, token }: PackageDoor,
  { teardown }: Pick<RegistryOptions, "teardown">,
): Promise<CopyRegistry> {
  const url = `${await forwardTo(path, { name: SERVER, teardown })}/${token}`;
  return {
    env: (folder) => ({
      npm_config_registry: `${url}/`,
      npm_config_cache: join(folder, "npm-cache"),
      npm_config_userconfig: join(folder, ".npmrc"),
    }),
    async asked() {
      return (await (await fetch(`${url}${ASKED_PATH}`)).json()) as Asked;
    },
  };
}
