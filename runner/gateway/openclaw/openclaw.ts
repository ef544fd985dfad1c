import { existsSync } from "node:fs";
import { join } from "node:path";
import { gt, lt, satisfies } from "semver";
import { BlockedError, QaError, UsageError } from "../../base/errors.ts";
import { ROOT } from "../../base/places.js";
import { formatTarget, type ReleaseTarget } from "../../base/target.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest, OwnRelease, UpdatePlan } from "../gateway.ts";
import type { Progress } from "../npm/progress.ts";
import type { Environment } from "../process/env.ts";
import type { GatewayProgram } from "../process/program.ts";
import { startChildGateway } from "../process/start-child.ts";
import { loadExeca } from "../process/start-process.ts";
import { WATCHDOG } from "../process/watchdog-env.ts";
import { requireBundled } from "./bundled.ts";
import { type CachedRelease, ReleaseCache } from "./cache.ts";
import { OpenClawDialect } from "./dialect.ts";
import { ensureInstalled } from "./install.ts";
import { ownNodeFits, type ReleaseNode } from "./node.ts";
import { installForOneself } from "./own-install.ts";
import { publishedReleases } from "./registry.ts";
import { OLDEST_SUPPORTED, traitsOf } from "./releases.ts";
import { exactVersion, pickRelease } from "./resolve.ts";
import { stagedPlugins } from "./staged-plugins.ts";
import { supervised } from "./supervised.ts";

/** Published packages leave the QA channel out; this repository brings its own. */
const CHANNEL = "qa-channel";

export interface OpenClawOptions {
  /** Folder of installed releases. */
  cacheFolder: string;
  env: Environment;
  progress: Progress;
  /** What releases update themselves to when a scenario makes them: a version, range or dist-tag. */
  updateTo?: string;
}

/** A published release of OpenClaw, installed on first use and run by the runner's own Node where that will do. */
export class OpenClawKind implements GatewayKind {
  readonly memoryBytes = 1200 * 1024 * 1024;
  readonly target: ReleaseTarget;
  readonly #options: OpenClawOptions;
  readonly #cache: ReleaseCache;
  #version: Promise<string> | undefined;
  #release: Promise<CachedRelease> | undefined;

  constructor(target: ReleaseTarget, options: OpenClawOptions) {
    this.target = target;
    this.#options = options;
    this.#cache = new ReleaseCache(options.cacheFolder);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const [release] = await Promise.all([this.install(signal), loadExeca()]);
    const { updateTo } = this.#options;
    if (updateTo !== undefined) requireLater(release.version, await this.#targetOf(updateTo, signal));
  }

  /**
   * The release, installed first if need be: once per run, and again after a failure.
   * @throws UsageError when there is no such release; QaError `registry-unreachable`, `release-not-installed`,
   *   `release-install-failed`, `gateway-node-unsupported`
   */
  install(signal: AbortSignal): Promise<CachedRelease> {
    this.#release ??= this.#findRelease(signal).catch((error: unknown) => {
      this.#release = undefined;
      throw error;
    });
    return this.#release;
  }

  version(signal: AbortSignal): Promise<string> {
    this.#version ??= this.#resolve(signal).catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  async start(options: GatewayStart): Promise<GatewayUnderTest> {
    const release = await this.install(options.signal);
    if (options.release === undefined) {
      // Releases keep compiled code in TMPDIR, which is new with every gateway: each would compile
      // all of it and spend seconds at its end on writing it out.
      const own = this.#programOf(release, join(release.root, "compile-cache"));
      const program = options.surroundings ? await prepared(own, release, options) : own;
      await requireBundled(options.bundledPlugins ?? [], program, release);
      return startChildGateway(program, options);
    }
    return this.#startOwn(release, options.release, options);
  }

  /** Installs the release once more, for this one gateway, and keeps it running through an update. */
  async #startOwn(release: CachedRelease, own: OwnRelease, options: GatewayStart): Promise<GatewayUnderTest> {
    const { version } = release;
    const { signal } = options;
    const { env, progress } = this.#options;
    const { targetTag, targetVersion, settings, ...special } = await this.#targetFor(version, own, options);
    const updatePlan: UpdatePlan = {
      sourceVersion: version,
      targetTag,
      targetVersion,
      notice: traitsOf(targetVersion).updateNotice,
      // The stand-in for a service manager is systemd's.
      isService: process.platform === "linux" && (own.asService ?? traitsOf(version).updatesAs === "service"),
    };
    if (own.asService && !updatePlan.isService) {
      throw new BlockedError("service-manager", "a service manager is stood in for on Linux only");
    }
    return startChildGateway(async (tempRoot) => {
      const { root } = tempRoot;
      const done = options.onWait?.(`the install of openclaw@${version} for this scenario alone`);
      const installed = await installForOneself(version, { tempRoot: root, env, progress, signal });
      done?.();
      const install = { ...installed, env: { ...installed.env, ...settings } };
      const program = this.#programOf({ ...release, packageRoot: install.packageRoot });
      if (!updatePlan.isService) return supervised(program, install, { scratch: root, updatePlan });
      const { asService } = await import("./service/stand-in.ts");
      return { ...(await asService(program, install, { tempRoot, env, ...special })), updatePlan };
    }, options);
  }

  /** What the release is to update itself to, and what makes its npm find that. */
  async #targetFor(version: string, { updateTo, targets }: OwnRelease, { signal, teardown }: GatewayStart) {
    const { env, progress } = this.#options;
    const [targetTag = this.#options.updateTo ?? updateTo ?? "latest"] = targets ?? [];
    if (targets !== undefined && targets.length > 0) {
      const { offerTargets } = await import("./targets/target-registry.ts");
      const offered = await offerTargets(targets, { version, env, progress, teardown, signal });
      return {
        targetTag,
        targetVersion: offered.version,
        settings: offered.env,
        diskFull: offered.diskFull,
      };
    }
    const targetVersion = await this.#targetOf(targetTag, signal);
    if (!gt(targetVersion, version)) {
      throw new BlockedError(
        "later-release",
        `\`${targetTag}\` is openclaw@${targetVersion}, which is not later than openclaw@${version}`,
        "Choose another release with --gateway, or what it updates itself to with --update-to.",
      );
    }
    // As an operator who names no version gets it, where that is the one.
    const isLatest = targetVersion === (await this.#targetOf("latest", signal));
    const updateSpec = isLatest ? undefined : `openclaw@${targetVersion}`;
    return { targetTag, targetVersion, settings: {}, updateSpec, diskFull: false };
  }

  /** The version that an update's target means. */
  async #targetOf(spec: string, signal: AbortSignal): Promise<string> {
    return pickRelease(spec, await this.#published(signal), [], "--update-to");
  }

  async #findRelease(signal: AbortSignal): Promise<CachedRelease> {
    const { env, progress } = this.#options;
    const version = await this.version(signal);
    if (lt(version, OLDEST_SUPPORTED)) {
      progress.note(
        `openclaw@${version} is older than ${OLDEST_SUPPORTED}, the oldest release that is supported`,
      );
    }
    const release = await ensureInstalled(version, { cache: this.#cache, env, progress, signal });
    nodeOf(release);
    await this.#cache.touch(release);
    return release;
  }

  async #resolve(signal: AbortSignal): Promise<string> {
    const { spec } = this.target;
    const exact = exactVersion(spec);
    if (exact && (await this.#cache.find(exact))) return exact;
    const published = await this.#published(signal);
    const installed = (await this.#cache.list()).map(({ version }) => version);
    const version = pickRelease(spec, published, installed);
    if (published.kept)
      this.#options.progress.note(
        `the package registry cannot be reached; using openclaw@${version} as installed`,
      );
    return version;
  }

  #published(signal: AbortSignal) {
    const { env } = this.#options;
    return publishedReleases(join(this.#cache.folder, "releases.json"), { env, signal });
  }

  /** @param compileCache folder of compiled code that its gateways share; an install of one's own has none */
  #programOf(release: CachedRelease, compileCache?: string): GatewayProgram {
    const { version, packageRoot, buildId, trimmedPluginsDir } = release;
    const node = nodeOf(release);
    return {
      target: formatTarget(this.target),
      product: "OpenClaw",
      version,
      buildId,
      boot: compileCache && existsSync(compileCache) ? "warm" : "cold",
      node: `v${node.version}`,
      file: node.file,
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
      plugins: { [CHANNEL]: join(ROOT, "fixtures", "openclaw-channel") },
      env: {
        // A restart stays in the process that this run has started and watches.
        OPENCLAW_NO_RESPAWN: "1",
        ...(compileCache ? { NODE_COMPILE_CACHE: compileCache } : {}),
        // The scripted model is the provider of images as well, and it listens on loopback.
        OPENCLAW_QA_ALLOW_LOCAL_IMAGE_PROVIDER: "1",
        ...(trimmedPluginsDir ? { OPENCLAW_BUNDLED_PLUGINS_DIR: trimmedPluginsDir } : {}),
      },
      dialect: (access) => new OpenClawDialect(access),
    };
  }
}

/** A program with what upstream's scenarios find in this release. */
async function prepared(
  program: GatewayProgram,
  release: CachedRelease,
  { modelUrl, liveModel, signal }: GatewayStart,
): Promise<GatewayProgram> {
  const env = { ...program.env, ...(await stagedPlugins(release, signal)) };
  const patches = liveModel ? [] : traitsOf(release.version).surroundings(modelUrl);
  return { ...program, env, configPatches: [...(program.configPatches ?? []), ...patches] };
}

/** @throws QaError `gateway-node-unsupported` */
function nodeOf({ version, nodeRange, node }: CachedRelease): ReleaseNode {
  if (node && satisfies(node.version, nodeRange)) return node;
  if (ownNodeFits(nodeRange)) return { file: process.execPath, version: process.versions.node };
  throw new QaError(
    `openclaw@${version} needs Node ${nodeRange}, and this is Node ${process.versions.node}`,
    {
      code: "gateway-node-unsupported",
      fault: "environment",
      hint: `\`qa gateway remove ${version}\`, and install it again: it brings a Node of its own then.`,
    },
  );
}

function requireLater(version: string, target: string): void {
  if (gt(target, version)) return;
  throw new UsageError(
    `--update-to openclaw@${target} is not later than openclaw@${version}`,
    "Name a later release, or an older one with --gateway.",
  );
}
