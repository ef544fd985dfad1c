import { cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { installedVersion } from "./installed-version.ts";
import { traitsOf } from "./releases.ts";

/**
 * Bundled plugins that every turn needs. All others go: as soon as a model is configured, some releases load
 * the plugins of every provider they know and install the packages of each, again for every gateway.
 */
const KEPT: readonly string[] = ["memory-core", "speech-core"];

/** Those that upstream's scenarios take for granted, or switch on; what they need is among the release's own packages. */
export const FOR_UPSTREAM: readonly string[] = [
  ...KEPT,
  "active-memory",
  "image-generation-core",
  "open-prose",
  "openai",
];

/**
 * Makes a copy of an installed package that bundles only a few plugins. It holds next to nothing itself: everything
 * else is a relative link into the package, so that the two can be moved together.
 * @param packageRoot the installed package
 * @param target folder to make; it must not exist
 * @param kept plugins that stay, as far as the package has them
 * @returns the folder of bundled plugins in it
 */
export async function makeTrimmedCopy(packageRoot: string, target: string, kept = KEPT): Promise<string> {
  const source = join(packageRoot, "dist");
  const dist = join(target, "dist");
  const extensions = join(dist, "extensions");
  await mkdir(extensions, { recursive: true, mode: 0o700 });
  const entries = (await readdir(source)).filter((entry) => entry !== "extensions");
  const bundled = (await readdir(join(source, "extensions"))).filter((name) => kept.includes(name));
  const up = relative(dist, source);
  await Promise.all([
    cp(join(packageRoot, "package.json"), join(target, "package.json")),
    ...entries.map((entry) => symlink(join(up, entry), join(dist, entry))),
    // Copies, not links: a plugin looks for its neighbours from where it really lies.
    ...bundled.map((name) =>
      cp(join(source, "extensions", name), join(extensions, name), { recursive: true }),
    ),
  ]);
  return extensions;
}

/** The bundled plugins of a package that an update may replace; copied again when it was. */
export class BundledPlugins {
  readonly #packageRoot: string;
  readonly #target: string;
  #copied: { version: string; extensions: string } | undefined;

  /** @param scratch folder for the copy */
  constructor(packageRoot: string, scratch: string) {
    this.#packageRoot = packageRoot;
    this.#target = join(scratch, "trimmed");
  }

  /** What a release that needs a copy is started with, as it is installed now. */
  async env(): Promise<Record<string, string>> {
    const version = await installedVersion(this.#packageRoot);
    if (!traitsOf(version).trimBundledPlugins) return {};
    if (this.#copied?.version !== version) {
      await rm(this.#target, { recursive: true, force: true });
      this.#copied = { version, extensions: await makeTrimmedCopy(this.#packageRoot, this.#target) };
    }
    return { OPENCLAW_BUNDLED_PLUGINS_DIR: this.#copied.extensions };
  }
}

/** The same with the plugins of upstream's scenarios. */
export function makeUpstreamCopy(packageRoot: string, target: string): Promise<string> {
  return makeTrimmedCopy(packageRoot, target, FOR_UPSTREAM);
}
