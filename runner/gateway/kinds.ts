import { UsageError } from "../base/errors.ts";
import type { GatewayTarget } from "../base/target.ts";
import type { Teardown } from "../base/teardown.ts";
import type { GatewayKind } from "./gateway.ts";
import type { Environment } from "./process/env.ts";

export interface ResolveOptions {
  env: Environment;
  /** Releases what a kind starts for the whole run. */
  teardown: Teardown;
  /** Scenarios may change a gateway that is already running; default: they may not. */
  allowWrites?: boolean;
  /** What published releases update themselves to when a scenario makes them. */
  updateTo?: string;
}

/**
 * The kind of gateway that a target names; loads no more than that kind needs.
 * @throws UsageError for `updateTo` without a release; QaError `gateway-token-missing`
 */
export async function resolveGatewayKind(
  target: GatewayTarget,
  { env, teardown, allowWrites = false, updateTo }: ResolveOptions,
): Promise<GatewayKind> {
  if (updateTo !== undefined && target.kind !== "openclaw") {
    throw new UsageError(
      "--update-to is for published releases only",
      "Choose one with --gateway openclaw@<version>.",
    );
  }
  switch (target.kind) {
    case "embedded": {
      const [{ EmbeddedKind }, { streamProgress }] = await Promise.all([
        import("./embedded/embedded.ts"),
        import("./npm/progress.ts"),
      ]);
      return new EmbeddedKind(teardown, streamProgress(process.stderr));
    }
    case "openclaw": {
      const [{ OpenClawKind }, { cacheFolder }, { streamProgress }] = await Promise.all([
        import("./openclaw/openclaw.ts"),
        import("./openclaw/cache.ts"),
        import("./npm/progress.ts"),
      ]);
      const progress = streamProgress(process.stderr);
      return new OpenClawKind(target, { cacheFolder: cacheFolder(env), env, progress, updateTo });
    }
    case "remote": {
      const { RemoteKind } = await import("./remote/remote.ts");
      return new RemoteKind(target, { env, mayWrite: allowWrites });
    }
  }
}
