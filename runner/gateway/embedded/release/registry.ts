import { fork } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import packageJson from "../../../../package.json" with { type: "json" };
import { QaError } from "../../../base/errors.ts";
import { guardedEnv } from "../../../base/guardian.ts";
import { BUILT, PROGRAMS, ROOT } from "../../../base/places.js";
import type { Teardown } from "../../../base/teardown.ts";
import { ensureTool, type Tool } from "../../npm/tool.ts";

const VERDACCIO: Tool = {
  name: "verdaccio",
  version: packageJson.devDependencies.verdaccio,
  // As in pnpm-workspace.yaml.
  overrides: { "verdaccio-audit": { "node-fetch": "2.7.0" } },
  purpose: "the package registry that gateways are updated from",
};

/** It knows no other registry: what is not published here does not exist. Any program on this machine may publish. */
const CONFIG = {
  storage: "./storage",
  uplinks: {},
  packages: { "**": { access: "$all", publish: "$all", unpublish: "$all" } },
  web: { enable: false },
  log: { type: "stdout", format: "pretty", level: "warn" },
  max_body_size: "50mb",
};

/** A package registry of this run's own. */
export interface Registry {
  /** `http://127.0.0.1:1234` */
  url: string;
  /** Holds `<package>/<package>-<version>.tgz`. */
  storage: string;
}

/**
 * Starts verdaccio on a free loopback port.
 * @param folder private to this registry; made when missing
 * @param published files of an earlier registry to begin with
 * @throws QaError `registry-missing` or `tool-install-failed`, or `registry-failed` with what verdaccio said
 */
export async function startRegistry(
  folder: string,
  { teardown, signal, published }: { teardown: Teardown; signal: AbortSignal; published: string | undefined },
): Promise<Registry> {
  const verdaccio = findVerdaccio(BUILT ? await ensureTool(VERDACCIO, signal) : ROOT);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const storage = join(folder, "storage");
  if (published !== undefined) await cp(published, storage, { recursive: true });
  const configPath = join(folder, "config.yaml");
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify(CONFIG), { mode: 0o600 });
  const server = fork(PROGRAMS.registryServer, [configPath, verdaccio], {
    execPath: process.execPath,
    execArgv: [],
    cwd: folder,
    env: guardedEnv({ PATH: process.env.PATH }),
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
      "releases of the embedded gateway need a package registry, and verdaccio is not installed",
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
