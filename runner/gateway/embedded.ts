import { join } from "node:path";
import { type EmbeddedBuild, ensureBuild } from "./embedded-build.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "./gateway.ts";
import { loadExeca } from "./process.ts";
import { startChildGateway } from "./start-child.ts";

/** The gateway of this repository, built like a release and run by the runner's own Node. */
export class EmbeddedKind implements GatewayKind {
  readonly name = "embedded";
  readonly target = "embedded";
  readonly #packageRoot: string;
  #build: Promise<EmbeddedBuild> | undefined;

  constructor(repoRoot: string) {
    this.#packageRoot = join(repoRoot, "fixtures", "gateway");
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#ensureBuild(signal), loadExeca()]);
  }

  async start(options: GatewayStart): Promise<GatewayUnderTest> {
    const { entry, version, buildId } = await this.#ensureBuild(options.signal);
    return startChildGateway(
      {
        target: this.target,
        product: "embedded gateway",
        version,
        buildId,
        node: process.version,
        file: process.execPath,
        args: (port) => [entry, "run", "--port", String(port), "--bind", "loopback"],
      },
      options,
    );
  }

  /** Once per run; after a failure the next caller tries again. */
  #ensureBuild(signal: AbortSignal): Promise<EmbeddedBuild> {
    this.#build ??= ensureBuild(this.#packageRoot, signal).catch((error: unknown) => {
      this.#build = undefined;
      throw error;
    });
    return this.#build;
  }
}
