import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { ROOT } from "../../runner/base/places.js";
import { ensureBuild } from "../../runner/gateway/embedded/build.ts";
import type { Sandbox } from "./qa.ts";
import { pack } from "./small-registry.ts";

/** What a release does with its runs, one after the other; the last goes on for ever. A broken one has another config. */
export type Behaviour = readonly ("works" | "breaks")[];

/** A release: installed already, on the registry, or only listed there so that npm fails to install it. */
export interface FakeRelease {
  version: string;
  behaviour: Behaviour;
  where: "installed" | "published" | "listed";
}

/** What `config.get` shows of a release that breaks. */
export const BROKEN_PATH = "/broken";

/**
 * Releases of `openclaw` that are the embedded gateway, in a cache of the sandbox's own and on a registry of its own.
 * @returns how often each was started, in order
 */
export async function fakeReleases(
  sandbox: Sandbox,
  releases: readonly FakeRelease[],
): Promise<{ starts(): Promise<string[]> }> {
  const { entry } = await ensureBuild(join(ROOT, "fixtures", "gateway"), new AbortController().signal);
  const log = await sandbox.write("starts.log", "");
  const filesOf = ({ version, behaviour }: FakeRelease) => ({
    "package.json": JSON.stringify({ name: "openclaw", version, type: "module", engines: { node: ">=20" } }),
    "openclaw.mjs": programText(version, behaviour, { entry, log }),
  });
  const tarballs = new Map<string, Buffer>();
  for (const release of releases) {
    if (release.where === "published") {
      tarballs.set(
        release.version,
        await pack(join(sandbox.folder, "packed", release.version), filesOf(release)),
      );
    }
    if (release.where !== "installed") continue;
    const root = `cache/openclaw/${release.version}`;
    for (const [name, text] of Object.entries(filesOf(release))) {
      await sandbox.write(`${root}/node_modules/openclaw/${name}`, text);
    }
    await sandbox.write(
      `${root}/installed.json`,
      JSON.stringify({ version: release.version, nodeRange: ">=20" }),
    );
  }
  const versions = releases.map(({ version }) => version);
  vi.stubEnv("GATEWAY_QA_CACHE", join(sandbox.folder, "cache"));
  vi.stubEnv("npm_config_registry", await startRegistry(versions, tarballs));
  vi.stubEnv("npm_config_cache", join(sandbox.folder, "npm"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return { starts: async () => (await readFile(log, "utf8")).split("\n").filter(Boolean) };
}

/** Starts the embedded gateway in the place of the release, which has the QA channel itself. */
function programText(
  version: string,
  behaviour: Behaviour,
  { entry, log }: { entry: string; log: string },
): string {
  return `import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const before = readFileSync(${JSON.stringify(log)}, "utf8").split("\\n").filter((line) => line === ${JSON.stringify(version)});
appendFileSync(${JSON.stringify(log)}, ${JSON.stringify(`${version}\n`)});
const behaviour = ${JSON.stringify(behaviour)};
const path = process.env.OPENCLAW_CONFIG_PATH;
const config = JSON.parse(readFileSync(path, "utf8"));
delete config.plugins.entries;
delete config.plugins.load;
if (behaviour[Math.min(before.length, behaviour.length - 1)] === "breaks") config.gateway.controlUi.basePath = ${JSON.stringify(BROKEN_PATH)};
writeFileSync(path, JSON.stringify(config));
process.argv.splice(2, 1);
process.argv[1] = ${JSON.stringify(entry)};
await import(${JSON.stringify(entry)});
`;
}

async function startRegistry(
  versions: readonly string[],
  tarballs: ReadonlyMap<string, Buffer>,
): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const tarball = tarballs.get(/openclaw-(.+)\.tgz$/.exec(path)?.[1] ?? "");
    if (tarball) {
      response.end(tarball);
      return;
    }
    response.setHeader("content-type", "application/json");
    if (path.endsWith(".tgz") || !path.startsWith("/openclaw")) {
      response.writeHead(404).end('{"error":"not found"}');
      return;
    }
    const manifests = versions.map((version) => {
      const dist = { tarball: `${url}openclaw/-/openclaw-${version}.tgz` };
      return [version, { name: "openclaw", version, dist }];
    });
    const tags = { latest: versions.at(-1) };
    response.end(
      JSON.stringify({ name: "openclaw", "dist-tags": tags, versions: Object.fromEntries(manifests) }),
    );
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return url;
}
