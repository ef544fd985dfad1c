import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rcompare, valid } from "semver";
import { readJsonObject } from "../../base/files.ts";
import { guardFolder } from "../../base/guardian.ts";
import { userCache } from "../../base/user-cache.js";
import type { Environment } from "../process/env.ts";
import type { ReleaseNode } from "./node.ts";

/** Written last: a folder without it is not an installed release, whatever else it holds. */
const MARKER = "installed.json";
const STAGING = ".staging-";

/** A release in the cache, ready to be started. */
export interface CachedRelease {
  version: string;
  /** Folder of the release in the cache; absolute. */
  root: string;
  /** The installed package. */
  packageRoot: string;
  /** Names this very build, for instance by its commit. */
  buildId: string | undefined;
  /** Node versions it runs on, as an npm range. */
  nodeRange: string;
  /** The Node that was installed with it, because the runner's own was not in the range. */
  node: ReleaseNode | undefined;
  /** Bundled plugins to use instead of its own. */
  trimmedPluginsDir: string | undefined;
  installedAt: Date;
  lastUsedAt: Date;
}

/** What the marker says; paths are relative, so that a release can be moved into place. */
export type Marker = Pick<CachedRelease, "version" | "buildId" | "nodeRange" | "node"> & {
  trimmedPluginsDir: string | undefined;
};

/** Where releases are kept. Absolute. */
export function cacheFolder(env: Environment): string {
  return join(userCache(env), "openclaw");
}

/** The releases on this machine. To change the folder of a release, hold its lock. */
export class ReleaseCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Folder of a release, installed or not. */
  rootOf(version: string): string {
    return join(this.folder, version);
  }

  /** Undefined unless the release was installed to the end. */
  async find(version: string): Promise<CachedRelease | undefined> {
    const root = this.rootOf(version);
    const path = join(root, MARKER);
    try {
      const [marker, { mtime, birthtime }] = await Promise.all([readJsonObject(path), stat(path)]);
      const { buildId, nodeRange, node, trimmedPluginsDir } = marker;
      return {
        version,
        root,
        packageRoot: packageRootIn(root),
        buildId: typeof buildId === "string" ? buildId : undefined,
        nodeRange: typeof nodeRange === "string" ? nodeRange : "*",
        node: isNode(node) ? { ...node, file: join(root, node.file) } : undefined,
        trimmedPluginsDir: typeof trimmedPluginsDir === "string" ? join(root, trimmedPluginsDir) : undefined,
        installedAt: birthtime,
        lastUsedAt: mtime,
      };
    } catch {
      return undefined;
    }
  }

  /** Everything that is installed, newest release first. */
  async list(): Promise<CachedRelease[]> {
    const versions = (await this.#entries()).filter((name) => valid(name) !== null).sort(rcompare);
    const found = await Promise.all(versions.map((version) => this.find(version)));
    return found.filter((release) => release !== undefined);
  }

  /** Remembers that the release was used just now, for `prune`. */
  async touch({ root }: CachedRelease): Promise<void> {
    const now = new Date();
    // Another run may be removing it; then there is nothing to remember.
    await utimes(join(root, MARKER), now, now).catch(() => {});
  }

  /** A new folder to install a release in. Nothing else ever uses it, not even after a crash, and it goes with a killed run. */
  async createStaging(version: string): Promise<string> {
    const folder = join(this.folder, `${STAGING}${version}-${randomBytes(6).toString("hex")}`);
    // By the time that it is complete it has another name.
    guardFolder(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /**
   * Turns a complete staging folder into the installed release, in one step. A release that is there already stays, and
   * the staging folder goes: another run may be using it.
   */
  async commit(staging: string, marker: Marker): Promise<void> {
    if (await this.find(marker.version)) {
      await rm(staging, { recursive: true, force: true, maxRetries: 3 });
      return;
    }
    await writeFile(join(staging, MARKER), `${JSON.stringify(marker, null, 2)}\n`);
    const root = this.rootOf(marker.version);
    // What lies there has no marker: the leftovers of an interrupted removal.
    await rm(root, { recursive: true, force: true });
    await rename(staging, root);
  }

  /** Staging folders: of an install that is under way, or that was interrupted. */
  async leftovers(): Promise<{ folder: string; version: string }[]> {
    return (await this.#entries())
      .filter((name) => name.startsWith(STAGING))
      .map((name) => ({
        folder: join(this.folder, name),
        version: name.slice(STAGING.length, name.lastIndexOf("-")),
      }));
  }

  /** Removes a release. The marker goes first, so that an interrupted removal leaves no half release. */
  async remove(version: string): Promise<void> {
    const root = this.rootOf(version);
    await rm(join(root, MARKER), { force: true });
    await rm(root, { recursive: true, force: true });
  }

  async #entries(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }
}

function isNode(value: unknown): value is ReleaseNode {
  const { file, version } = (value ?? {}) as Partial<ReleaseNode>;
  return typeof file === "string" && typeof version === "string";
}

/** Where npm puts the package in a release's folder. */
export function packageRootIn(root: string): string {
  return join(root, "node_modules", "openclaw");
}
