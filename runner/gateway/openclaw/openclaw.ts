import { join } from "node:path";
import { lt, satisfies } from "semver";
import { QaError } from "../../errors.ts";
import type { Environment } from "../env.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "../gateway.ts";
import { loadExeca } from "../process.ts";
import type { GatewayProgram } from "../program.ts";
import { startChildGateway } from "../start-child.ts";
import { type InstalledRelease, ReleaseCache } from "./cache.ts";
import { OpenClawDialect } from "./dialect.ts";
import { ensureInstalled } from "./install.ts";
import type { Progress } from "./progress.ts";
import { publishedReleases } from "./registry.ts";
import { OLDEST_SUPPORTED, traitsOf } from "./releases.ts";
import { exactVersion, pickRelease, specOf } from "./resolve.ts";
import { WATCHDOG } from "./watchdog-env.ts";

/** Published packages leave the QA channel out; this repository brings its own. */
const CHANNEL = "qa-channel";

export interface OpenClawOptions {
  /** Holds fixtures/openclaw-channel. */
  repoRoot: string;
  /** Folder of installed releases. */
  cacheFolder: string;
  env: Environment;
  progress: Progress;
}

/** A published release of OpenClaw, installed on first use and run by the runner's own Node. */
export class OpenClawKind implements GatewayKind {
  readonly name = "openclaw";
  /** Releases lie in a cache that all runs share. */
  readonly ownsInstall = false;
  readonly target: string;
  readonly #options: OpenClawOptions;
  readonly #cache: ReleaseCache;
  #release: Promise<InstalledRelease> | undefined;

  /** @param target `openclaw@<version, range or dist-tag>` */
  constructor(target: string, options: OpenClawOptions) {
    this.target = target;
    this.#options = options;
    this.#cache = new ReleaseCache(options.cacheFolder);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await Promise.all([this.install(signal), loadExeca()]);
  }

  /**
   * The release, installed first if need be: once per run, and after a failure again.
   * @throws UsageError when there is no such release; QaError `registry-unreachable`, `release-not-installed`,
   *   `release-install-failed`, `gateway-node-unsupported`
   */
  install(signal: AbortSignal): Promise<InstalledRelease> {
    this.#release ??= this.#findRelease(signal).catch((error: unknown) => {
      this.#release = undefined;
      throw error;
    });
    return this.#release;
  }

  async start(options: GatewayStart): Promise<GatewayUnderTest> {
    return startChildGateway(this.#programOf(await this.install(options.signal)), options);
  }

  async #findRelease(signal: AbortSignal): Promise<InstalledRelease> {
    const { env, progress } = this.#options;
    const version = await this.#resolve(signal);
    if (lt(version, OLDEST_SUPPORTED)) {
      progress.note(
        `openclaw@${version} is older than ${OLDEST_SUPPORTED}, the oldest release that is supported`,
      );
    }
    const release = await ensureInstalled(version, { cache: this.#cache, env, progress, signal });
    requireNode(release);
    await this.#cache.touch(release);
    return release;
  }

  async #resolve(signal: AbortSignal): Promise<string> {
    const { env, progress } = this.#options;
    const spec = specOf(this.target);
    const exact = exactVersion(spec);
    if (exact && (await this.#cache.find(exact))) return exact;
    const published = await publishedReleases(join(this.#cache.folder, "releases.json"), { env, signal });
    const installed = (await this.#cache.list()).map(({ version }) => version);
    const version = pickRelease(spec, published, installed);
    if (published.kept)
      progress.note(`the package registry cannot be reached; using openclaw@${version} as installed`);
    return version;
  }

  #programOf({ version, packageRoot, buildId, trimmedPluginsDir }: InstalledRelease): GatewayProgram {
    return {
      target: this.target,
      product: "OpenClaw",
      version,
      buildId,
      node: process.version,
      file: process.execPath,
      args: (port) => [
        "--import",
        WATCHDOG,
        join(packageRoot, "openclaw.mjs"),
        "gateway",
        "run",
        "--port",
        String(port),
        "--bind",
        "loopback",
      ],
      cliArgs: [join(packageRoot, "openclaw.mjs")],
      configPatches: traitsOf(version).configPatches,
      plugins: { [CHANNEL]: join(this.#options.repoRoot, "fixtures", "openclaw-channel") },
      env: {
        // A restart stays in the process that this run has started and watches.
        OPENCLAW_NO_RESPAWN: "1",
        // The scripted model plays the provider of images as well, and it listens on loopback.
        OPENCLAW_QA_ALLOW_LOCAL_IMAGE_PROVIDER: "1",
        ...(trimmedPluginsDir ? { OPENCLAW_BUNDLED_PLUGINS_DIR: trimmedPluginsDir } : {}),
      },
      dialect: (access) => new OpenClawDialect(access),
    };
  }
}

function requireNode({ version, nodeRange }: InstalledRelease): void {
  if (satisfies(process.versions.node, nodeRange)) return;
  throw new QaError(
    `openclaw@${version} needs Node ${nodeRange}, and this is Node ${process.versions.node}`,
    {
      code: "gateway-node-unsupported",
      fault: "environment",
      hint: "The `pnpm qa` script runs on a Node of its own: use it, or update this repository's dependencies.",
    },
  );
}
