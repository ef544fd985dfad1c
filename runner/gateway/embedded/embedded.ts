import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { BUILT, ROOT } from "../../base/places.js";
import { slowFactor, stretched } from "../../base/slow.ts";
import { EMBEDDED, formatTarget } from "../../base/target.ts";
import type { Teardown } from "../../base/teardown.ts";
import {
  type GatewayKind,
  type GatewayStart,
  type GatewayUnderTest,
  MUTANT,
  type Mutant,
  type OwnRelease,
} from "../gateway.ts";
import type { Progress } from "../npm/progress.ts";
import { startChildGateway } from "../process/start-child.ts";
import { loadExeca } from "../process/start-process.ts";
import { type EmbeddedBuild, ensureBuild, type Flavour } from "./build.ts";
import type { EmbeddedReleases } from "./release/embedded-releases.ts";
import { type MappedRelease, mapRelease } from "./release/mapping.ts";

/** Names the file into which the embedded gateway records what it does. */
const TRACE_VARIABLE = "GATEWAY_TRACE";
/** What the embedded gateway itself allows. */
const PLUGIN_LOAD_LIMIT_MS = 10_000;

/** The gateway of this repository, built like a release and run by the runner's own Node. */
export class EmbeddedKind implements GatewayKind {
  readonly target = EMBEDDED;
  readonly memoryBytes = 400 * 1024 * 1024;
  readonly #packageRoot = join(ROOT, "fixtures", "gateway");
  readonly #teardown: Teardown;
  #releases: Promise<EmbeddedReleases> | undefined;
  #build: Promise<EmbeddedBuild> | undefined;

  readonly #progress: Progress | undefined;
  readonly #flavour: Flavour;

  /**
   * @param teardown of the whole run
   * @param progress shows what takes long before the first scenario; default: nothing does
   */
  constructor(teardown: Teardown, progress?: Progress, flavour: Flavour = "plain") {
    this.#teardown = teardown;
    this.#progress = progress;
    this.#flavour = flavour;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#ensureBuild(signal), loadExeca()]);
  }

  async faults(signal: AbortSignal): Promise<readonly string[]> {
    const { faults } = await this.#ensureBuild(signal);
    return [...faults, ...(await this.mutants(signal)).map(({ id }) => `${MUTANT}${id}`)];
  }

  mutated(): EmbeddedKind {
    if (BUILT)
      throw new UsageError(
        "mutants are made of the source of the embedded gateway, which the package does not have",
        "Use a checkout of the repository.",
      );
    return new EmbeddedKind(this.#teardown, this.#progress, "mutants");
  }

  async mutants(signal: AbortSignal): Promise<readonly Mutant[]> {
    const { mutants } = await this.#ensureBuild(signal);
    return mutants === undefined ? [] : JSON.parse(await readFile(mutants, "utf8"));
  }

  async buildId(signal: AbortSignal): Promise<string> {
    return (await this.#ensureBuild(signal)).buildId;
  }

  noteOnRelease(release: OwnRelease): string | undefined {
    return mapRelease(release)?.note;
  }

  async start(options: GatewayStart): Promise<GatewayUnderTest> {
    const release = mapRelease(options.release ?? {});
    if (release !== undefined) return this.#startRelease(release, options);
    const build = await this.#ensureBuild(options.signal);
    return startChildGateway(
      {
        target: formatTarget(this.target),
        product: "embedded gateway",
        version: build.version,
        buildId: build.buildId,
        node: process.version,
        file: process.execPath,
        args: (port) => [build.entry, "run", "--port", String(port), "--bind", "loopback"],
        cliArgs: [build.entry],
        env: unhurried(),
        traceVariable: TRACE_VARIABLE,
      },
      options,
    );
  }

  async #startRelease({ version, plan }: MappedRelease, options: GatewayStart): Promise<GatewayUnderTest> {
    this.#releases ??= import("./release/embedded-releases.ts").then(
      ({ EmbeddedReleases }) =>
        new EmbeddedReleases(this.#packageRoot, this.#teardown, undefined, this.#flavour),
    );
    const releases = await this.#releases;
    return startChildGateway(async ({ root }) => {
      const { prefix, env } = await releases.install(version, join(root, "prefix"), options.signal);
      const command = join(prefix, "bin", "gateway");
      return {
        target: formatTarget(this.target),
        product: "embedded gateway, installed",
        version,
        node: process.version,
        file: process.execPath,
        args: (port) => [command, "supervise", "--port", String(port), "--bind", "loopback"],
        cliArgs: [command],
        env: { ...unhurried(), ...env },
        traceVariable: TRACE_VARIABLE,
        ...(plan && { updatePlan: plan }),
      };
    }, options);
  }

  /** Once per run; after a failure the next caller tries again. */
  #ensureBuild(signal: AbortSignal): Promise<EmbeddedBuild> {
    this.#build ??= ensureBuild(this.#packageRoot, signal, this.#progress, this.#flavour).catch(
      (error: unknown) => {
        this.#build = undefined;
        throw error;
      },
    );
    return this.#build;
  }
}

/** On a slow machine, plugins may take longer to be imported as well. */
function unhurried(): Record<string, string> {
  return slowFactor() > 1 ? { GATEWAY_PLUGIN_LOAD_LIMIT_MS: String(stretched(PLUGIN_LOAD_LIMIT_MS)) } : {};
}
