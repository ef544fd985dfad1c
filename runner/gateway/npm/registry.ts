import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import packageJson from "../../../package.json" with { type: "json" };
import { QaError } from "../../base/errors.ts";
import { guardedEnv } from "../../base/guardian.ts";
import type { JsonObject } from "../../base/json.ts";
import { BUILT, PROGRAMS, ROOT } from "../../base/places.js";
import type { Teardown } from "../../base/teardown.ts";
import { type NpmOptions, requireNpm } from "./npm.ts";
import { ensureTool, type Tool } from "./tool.ts";

const VERDACCIO: Tool = {
  name: "verdaccio",
  version: packageJson.devDependencies.verdaccio,
  // As in pnpm-workspace.yaml.
  overrides: { "verdaccio-audit": { "node-fetch": "2.7.0" } },
  purpose: "the package registry that gateways are updated from",
};

const OPEN = { access: "$all", publish: "$all", unpublish: "$all" };

/** Any program on this machine may publish. */
function configOf(behind: RegistryOptions["behind"]): object {
  const own = Object.fromEntries((behind?.own ?? []).map((name) => [name, OPEN]));
  return {
    storage: "./storage",
    uplinks: behind ? { behind: { url: behind.url, cache: false } } : {},
    packages: { ...own, "**": { ...OPEN, ...(behind ? { proxy: "behind" } : {}) } },
    web: { enable: false },
    log: { type: "stdout", format: "pretty", level: "warn" },
    // A release of OpenClaw has some 95 MB, and travels as text.
    max_body_size: "500mb",
  };
}

/** A package registry of this run's own. */
export interface Registry {
  /** `http://127.0.0.1:1234` */
  url: string;
  /** Holds `<package>/<package>-<version>.tgz`. */
  storage: string;
}

export interface RegistryOptions {
  teardown: Teardown;
  signal: AbortSignal;
  /** Files of an earlier registry to begin with. */
  published?: string | undefined;
  /**
   * The registry that has what is not published here; without one that does not exist. It does not know the packages named
   * in `own`, whatever it has of them.
   */
  behind?: { url: string; own: readonly string[] };
}

/**
 * Starts verdaccio on a free loopback port.
 * @param folder private to this registry; made when missing
 * @throws QaError `registry-missing` or `tool-install-failed`, or `registry-failed` with what verdaccio said
 */
export async function startRegistry(
  folder: string,
  { teardown, signal, published, behind }: RegistryOptions,
): Promise<Registry> {
  const verdaccio = findVerdaccio(BUILT ? await ensureTool(VERDACCIO, signal) : ROOT);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const storage = join(folder, "storage");
  if (published !== undefined) await cp(published, storage, { recursive: true });
  const configPath = join(folder, "config.yaml");
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify(configOf(behind)), { mode: 0o600 });
  const server = fork(PROGRAMS.registryServer, [configPath, verdaccio], {
    execPath: process.execPath,
    execArgv: [],
    cwd: folder,
    env: guardedEnv({ PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = once(server, "exit");
  teardown.defer("package registry", async () => {
    server.kill("SIGKILL");
    await exited;
  });
  const port = await Promise.race([once(server, "message").then(([message]) => portOf(message)), exited]);
  if (typeof port !== "number") {
    throw new QaError("the package registry did not start", {
      code: "registry-failed",
      fault: "environment",
      details: output.trim() || "(verdaccio said nothing)",
    });
  }
  return { url: `http://127.0.0.1:${port}`, storage };
}

/**
 * Publishes a folder or a packed archive under a tag.
 * @param npm with settings that keep it from noticing later what the registry makes of it
 * @throws QaError `npm-failed` with npm's own words
 */
export async function publishTo(
  { url }: Registry,
  source: string,
  tag: string,
  npm: NpmOptions,
): Promise<void> {
  // npm insists on credentials; the registry does not look at them.
  const login = `--//${new URL(url).host}/:_authToken=none`;
  await requireNpm(["publish", source, "--tag", tag, login], npm, {
    message: "npm publish failed",
    code: "npm-failed",
  });
}

/**
 * Publishes a packed archive as npm would, which takes most of a minute for one of a hundred megabytes.
 * @param manifest its package.json
 * @param file name that it gets in the registry
 * @throws QaError `registry-failed`
 */
export async function putPackage(
  { url }: Registry,
  manifest: JsonObject,
  { file, content, tags }: { file: string; content: Buffer; tags: readonly string[] },
): Promise<void> {
  const { name, version } = manifest as { name: string; version: string };
  const hash = (algorithm: string, encoding: "base64" | "hex") =>
    createHash(algorithm).update(content).digest(encoding);
  const dist = {
    integrity: `sha512-${hash("sha512", "base64")}`,
    shasum: hash("sha1", "hex"),
    tarball: `${url}/${name}/-/${file}`,
  };
  const response = await fetch(`${url}/${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      _id: name,
      name,
      "dist-tags": Object.fromEntries(tags.map((tag) => [tag, version])),
      versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
      _attachments: {
        [file]: {
          content_type: "application/octet-stream",
          data: content.toString("base64"),
          length: content.length,
        },
      },
    }),
  });
  if (response.ok) return;
  throw new QaError(`${name}@${version} could not be published`, {
    code: "registry-failed",
    fault: "environment",
    details: `${response.status} ${await response.text()}`,
  });
}

/** npm's settings that keep it away from the user's own: cache, settings and registry. */
export function settingsFor({ url }: Registry, home: string): Record<string, string> {
  return {
    npm_config_registry: url,
    npm_config_cache: join(home, "npm-cache"),
    npm_config_userconfig: join(home, ".npmrc"),
  };
}

function portOf(message: unknown): number {
  return (message as { port: number }).port;
}

/**
 * Verdaccio is not installed with the tool, which runs without it until a release of the embedded gateway is needed.
 * @param folder whose packages it is among
 * @returns URL of its module
 * @throws QaError `registry-missing`
 */
export function findVerdaccio(folder: string): string {
  try {
    return pathToFileURL(createRequire(join(folder, "package.json")).resolve(VERDACCIO.name)).href;
  } catch (error) {
    throw new QaError(
      "updates are made from a package registry of the run's own, and verdaccio is not installed",
      {
        code: "registry-missing",
        fault: "environment",
        hint: BUILT
          ? `Remove the folder ${folder}, and run the same again.`
          : "It is a development dependency: run `pnpm install` without --prod.",
        cause: error,
      },
    );
  }
}
