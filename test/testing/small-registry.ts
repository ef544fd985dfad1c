import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { runNpm } from "../../runner/gateway/npm/npm.ts";

/** A package registry with a few packages, each in one version. */
export interface SmallRegistry {
  url: string;
  /** Names of the packages that were fetched, with every time. */
  fetched: string[];
  /** Nobody reaches it any more. */
  close(): void;
}

/**
 * @param folder to make the packages in
 * @param packages their files, by name
 * @param token who does not give it is refused; default: everyone may read
 */
export async function startSmallRegistry(
  folder: string,
  packages: readonly Readonly<Record<string, string>>[],
  token?: string,
): Promise<SmallRegistry> {
  const packed = new Map<string, { manifest: Record<string, unknown>; tarball: Buffer }>();
  for (const files of packages) {
    const manifest = JSON.parse(files["package.json"] ?? "{}") as { name: string };
    packed.set(manifest.name, { manifest, tarball: await pack(join(folder, manifest.name), files) });
  }
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const name = path.slice(1).replace(/\/-\/.*$/, "");
    const found = packed.get(name);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"error":"who are you"}');
      return;
    }
    if (!found) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"error":"not found"}');
      return;
    }
    const { manifest, tarball } = found;
    if (path.endsWith(".tgz")) {
      fetched.push(name);
      response.end(tarball);
      return;
    }
    const version = String(manifest.version);
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const dist = { tarball: `${url}${name}/-/package-${version}.tgz`, integrity };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: { ...manifest, dist } },
      }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { url, fetched, close };
}

/** Packs a package. @param folder to make it in @returns its tarball */
export async function pack(folder: string, files: Readonly<Record<string, string>>): Promise<Buffer> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const { signal } = new AbortController();
  const { ok, stdout, output } = await runNpm(["pack", "--json", "--ignore-scripts"], {
    cwd: folder,
    env: process.env,
    signal,
  });
  if (!ok) throw new Error(output);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return readFile(join(folder, filename));
}
