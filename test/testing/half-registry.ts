import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { runNpm } from "../../runner/gateway/npm/npm.ts";

/** Incompressible, so that half a package is really half. */
const BULK_BYTES = 512 * 1024;

/**
 * A package registry with one small release of `openclaw` in it. It delivers half of the package and holds back the
 * rest, so that an install is under way for as long as a test wants.
 */
export class HalfRegistry {
  readonly url: string;
  /** How often half of the package was delivered. */
  halves = 0;
  #whole = false;

  private constructor(url: string) {
    this.url = url;
  }

  /** @param folder to make the package in */
  static async start(folder: string, version: string): Promise<HalfRegistry> {
    const tarball = await pack(folder, version);
    const server = createServer((request, response) => {
      if (request.url?.endsWith(".tgz")) {
        response.writeHead(200, { "content-length": tarball.length });
        if (registry.#whole) response.end(tarball);
        else response.write(tarball.subarray(0, tarball.length / 2), () => (registry.halves += 1));
        return;
      }
      const dist = { tarball: `${registry.url}openclaw/-/openclaw-${version}.tgz` };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          name: "openclaw",
          "dist-tags": { latest: version },
          versions: { [version]: { name: "openclaw", version, dist } },
        }),
      );
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const registry = new HalfRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return registry;
  }

  /** From now on packages are delivered to the end. */
  deliver(): void {
    this.#whole = true;
  }
}

async function pack(folder: string, version: string): Promise<Buffer> {
  const files = {
    "package.json": JSON.stringify({ name: "openclaw", version, engines: { node: ">=20" } }),
    "dist/build-info.json": JSON.stringify({ commit: "whole" }),
    "dist/bulk.txt": randomBytes(BULK_BYTES).toString("hex"),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const signal = AbortSignal.timeout(60_000);
  const { ok, output } = await runNpm(["pack"], { cwd: folder, env: process.env, signal });
  if (!ok) throw new Error(output);
  return readFile(join(folder, `openclaw-${version}.tgz`));
}
