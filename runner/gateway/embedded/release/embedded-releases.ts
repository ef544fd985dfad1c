import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Teardown } from "../../../base/teardown.ts";
import { makeTempFolder } from "../../../base/temp-folder.ts";
import { type InstalledRelease, installGlobally } from "../../npm/global-install.ts";
import type { NpmOptions } from "../../npm/npm.ts";
import { publishTo, type Registry, settingsFor, startRegistry } from "../../npm/registry.ts";
import { watchedEnv } from "../../process/watchdog-env.ts";
import type { Flavour } from "../build.ts";
import { type BuiltRelease, buildReleases, RELEASES, type ReleaseSpec } from "./releases.ts";

const NPM_TIMEOUT_MS = 120_000;

interface Opened {
  registry: Registry;
  /** npm's settings that keep it away from the user's own: cache, settings and registry. */
  settings: Record<string, string>;
  folder: string;
  /** Name of the gateway's package. */
  name: string;
}

/**
 * Where self-updates are rehearsed: a registry with several releases, and installs from it. Opened on
 * first use, shared by the scenarios of a run; each gets a prefix that nothing else uses.
 */
export class EmbeddedReleases {
  readonly #packageRoot: string;
  readonly #teardown: Teardown;
  readonly #releases: readonly ReleaseSpec[];
  readonly #flavour: Flavour;
  #opened: Promise<Opened> | undefined;

  /**
   * @param packageRoot folder of the embedded gateway's source
   * @param teardown of the whole run
   */
  constructor(
    packageRoot: string,
    teardown: Teardown,
    releases: readonly ReleaseSpec[] = RELEASES,
    flavour: Flavour = "plain",
  ) {
    this.#flavour = flavour;
    this.#packageRoot = packageRoot;
    this.#teardown = teardown;
    this.#releases = releases;
  }

  /**
   * Installs a release, one of those that there are.
   * @param prefix folder that does not exist yet; it is removed with its parent
   * @throws QaError from building, publishing or installing
   */
  async install(version: string, prefix: string, signal: AbortSignal): Promise<InstalledRelease> {
    this.#opened ??= this.#open(signal);
    const { settings, folder, name } = await this.#opened;
    await mkdir(prefix, { mode: 0o700 });
    return installGlobally(name, version, {
      prefix,
      npm: npmIn(folder, settings, signal),
      updateEnv: settings,
      failure: { message: "npm install failed", code: "npm-failed" },
    });
  }

  async #open(signal: AbortSignal): Promise<Opened> {
    const folder = await makeTempFolder({ kind: "registry", teardown: this.#teardown });
    await mkdir(join(folder, "home"), { mode: 0o700 });
    const releases = await buildReleases(this.#packageRoot, this.#releases, signal, this.#flavour);
    const published = publishedPath(releases);
    const known = existsSync(published);
    const registry = await startRegistry(join(folder, "registry"), {
      teardown: this.#teardown,
      signal,
      published: known ? published : undefined,
    });
    const settings = settingsFor(registry, join(folder, "home"));
    if (!known) {
      // npm keeps what it publishes, and would not notice later what the registry makes of it.
      const desk = join(folder, "publish");
      await mkdir(desk, { mode: 0o700 });
      await publish(releases, registry, npmIn(folder, settingsFor(registry, desk), signal));
      await keep(registry.storage, published);
    }
    return { registry, settings, folder, name: releases[0]?.name ?? "" };
  }
}

/** npm with nothing of the user's. It ends with the run, even with one that is killed. */
function npmIn(folder: string, settings: Readonly<Record<string, string>>, signal: AbortSignal): NpmOptions {
  const env = { PATH: process.env.PATH ?? "", HOME: join(folder, "home"), NO_COLOR: "1", ...settings };
  return { cwd: folder, env: watchedEnv(env, folder), signal, timeoutMs: NPM_TIMEOUT_MS };
}

/** Where the registry's files are kept once these builds are published: beside the builds. */
function publishedPath(releases: readonly BuiltRelease[]): string {
  const contents = releases.map(({ root, tag, tampered }) => [root, tag, tampered]);
  const key = createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 16);
  return join(dirname(releases[0]?.root ?? ""), `registry-${key}`);
}

/** Publishing takes npm most of a second per release; the next run starts from what this one published. */
async function keep(storage: string, published: string): Promise<void> {
  const copy = `${published}.${randomBytes(4).toString("hex")}`;
  await cp(storage, copy, { recursive: true });
  await rename(copy, published).catch(() => rm(copy, { recursive: true, force: true }));
}

async function publish(
  releases: readonly BuiltRelease[],
  registry: Registry,
  npm: NpmOptions,
): Promise<void> {
  // One after the other: all of them change the same document of the registry.
  for (const { name, version, root, tag, tampered } of releases) {
    await publishTo(registry, root, tag, npm);
    if (tampered) await appendFile(join(registry.storage, name, `${name}-${version}.tgz`), "tampered");
  }
}
