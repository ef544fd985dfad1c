import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { type JsonObject, objectOf } from "../../base/json.ts";
import { HttpError, sendJson } from "../../http/json.ts";
import type { Upstream } from "./upstream.ts";

/** What a rehearsal asks who offers it packages, instead of a package: no package has such a name. */
export const ASKED_PATH = "/-/gateway-qa/asked";
const NAMES_IN = ["dependencies", "optionalDependencies", "peerDependencies"];
/** As npm asks for a package's versions, and for a file of one. */
const MANIFEST_PATH = /^\/((?:@[\w.~-]+(?:\/|%2f))?[\w.~-]+)$/i;
const FILE_PATH = /^\/((?:@[\w.~-]+(?:\/|%2f))?[\w.~-]+)\/-\/([\w.~-]+(?:\/[\w.~-]+)?\.tgz)$/i;

/** What was asked for. */
export interface Asked {
  /** `@openclaw/whatsapp@2026.9.6`: the files that were fetched. */
  fetched: string[];
  /** Packages that were asked for and not offered. */
  refused: string[];
}

/**
 * Packages of a registry, for a copy that must not get a message out. What it asks is no request that is passed on: a name is
 * looked up in a list, and the request for it is made anew. On the list is what the new release's own catalogues name, and what
 * the packages on it need.
 */
export class OfferedPackages {
  readonly #upstream: Upstream;
  readonly #signal: AbortSignal;
  readonly #names: Set<string>;
  /** Where a file lies, by the path that it has here. */
  readonly #files = new Map<string, { url: string; title: string }>();
  readonly #fetched = new Set<string>();
  readonly #refused = new Set<string>();

  /** @param names of packages @param signal ends what is being fetched */
  constructor(names: Iterable<string>, upstream: Upstream, signal: AbortSignal) {
    this.#names = new Set(names);
    this.#upstream = upstream;
    this.#signal = signal;
  }

  /**
   * Answers a request of npm's.
   * @param path behind the token that its address begins with
   * @throws HttpError 403, 404, 405 or 502
   */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new HttpError(405, "packages are only read");
    if (path === ASKED_PATH) {
      const asked: Asked = { fetched: [...this.#fetched].sort(), refused: [...this.#refused].sort() };
      return sendJson(response, 200, asked);
    }
    const file = FILE_PATH.exec(path);
    if (file !== null) return this.#sendFile(`${nameOf(file[1])}/-/${file[2]}`, response);
    const [, asked] = MANIFEST_PATH.exec(path) ?? [];
    if (asked === undefined) throw new HttpError(404, "there is nothing but packages");
    const [, token] = (request.url ?? "").split("/");
    sendJson(response, 200, await this.#manifest(nameOf(asked), `http://${request.headers.host}/${token}`));
  }

  /** All versions of a package, whose files have addresses below `base`. */
  async #manifest(name: string, base: string): Promise<JsonObject> {
    if (!this.#names.has(name)) {
      this.#refused.add(name);
      throw new HttpError(404, `${name} is not offered to a rehearsal`);
    }
    const url = `${this.#upstream.registryOf(name)}/${name.replace("/", "%2f")}`;
    const manifest = objectOf(await (await this.#fetch(url, "application/json")).json());
    const versions = Object.entries(objectOf(manifest.versions)).map(([version, described]) => {
      const release = objectOf(described);
      for (const group of NAMES_IN)
        for (const needed of Object.keys(objectOf(release[group]))) this.#names.add(needed);
      return [version, this.#withOwnFile(name, version, release, base)];
    });
    return { ...manifest, versions: Object.fromEntries(versions) };
  }

  #withOwnFile(name: string, version: string, release: JsonObject, base: string): JsonObject {
    const dist = objectOf(release.dist);
    if (typeof dist.tarball !== "string") return release;
    const path = `${name}/-/${version.replaceAll("+", "-")}.tgz`;
    this.#files.set(path, { url: dist.tarball, title: `${name}@${version}` });
    return { ...release, dist: { ...dist, tarball: `${base}/${path}` } };
  }

  async #sendFile(path: string, response: ServerResponse): Promise<void> {
    const file = this.#files.get(path);
    if (file === undefined) throw new HttpError(404, "no version that was asked for has this file");
    const { body } = await this.#fetch(file.url, "application/octet-stream");
    if (body === null) throw new HttpError(502, `${file.title} came without a file`);
    this.#fetched.add(file.title);
    response.writeHead(200, { "content-type": "application/octet-stream" });
    await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), response);
  }

  async #fetch(url: string, accept: string): Promise<Response> {
    const headers = { accept, ...this.#upstream.headersFor(url) };
    const response = await fetch(url, { headers, signal: this.#signal }).catch(() => undefined);
    if (response?.ok) return response;
    throw new HttpError(
      response?.status === 404 ? 404 : 502,
      response === undefined ? "the registry does not answer" : `the registry answers ${response.status}`,
    );
  }
}

function nameOf(path = ""): string {
  return decodeURIComponent(path);
}
