import { UsageError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { Teardown } from "../base/teardown.ts";
import type { GatewayKind } from "./gateway.ts";
import type { Environment } from "./process/env.ts";

export interface ResolveOptions {
  /** Holds fixtures/gateway. */
  repoRoot: string;
  env: Environment;
  /** Releases what a kind starts for the whole run. */
  teardown: Teardown;
  /** Scenarios may change a gateway that is already running; default: they may not. */
  allowWrites?: boolean;
  /** What published releases update themselves to when a scenario has them do it. */
  updateTo?: string;
}

const OPENCLAW = /^openclaw(?:@|$)/;
const KNOWN = "`embedded`, `openclaw@<version>` or `ws://host:port`";

/**
 * Turns the value of --gateway into a kind of gateway; loads no more than that kind needs.
 * @throws UsageError for what is no gateway; QaError `gateway-token-missing`
 */
export async function resolveGatewayKind(
  target: string,
  { repoRoot, env, teardown, allowWrites = false, updateTo }: ResolveOptions,
): Promise<GatewayKind> {
  if (updateTo !== undefined && !OPENCLAW.test(target)) {
    throw new UsageError(
      "--update-to is for published releases only",
      "Choose one with --gateway openclaw@<version>.",
    );
  }
  if (target === "embedded") {
    const { EmbeddedKind } = await import("./embedded/embedded.ts");
    return new EmbeddedKind(repoRoot, teardown);
  }
  if (OPENCLAW.test(target)) {
    const [{ OpenClawKind }, { cacheFolder }, { streamProgress }] = await Promise.all([
      import("./openclaw/openclaw.ts"),
      import("./openclaw/cache.ts"),
      import("./openclaw/progress.ts"),
    ]);
    const progress = streamProgress(process.stderr);
    return new OpenClawKind(target, { repoRoot, cacheFolder: cacheFolder(env), env, progress, updateTo });
  }
  if (/^wss?:/.test(target)) {
    const { RemoteKind } = await import("./remote/remote.ts");
    return new RemoteKind(target, { env, mayWrite: allowWrites });
  }
  throw new UsageError(`--gateway ${target}: no such kind of gateway`, suggestion(target));
}

function suggestion(target: string): string {
  if (/^https?:/.test(target)) return `Did you mean ${target.replace(/^http/, "ws")}?`;
  if (/^[\w.-]+:\d+$/.test(target)) return `Did you mean ws://${target}?`;
  const [name = target, version] = target.split("@");
  const near = suggest(name, ["embedded", "openclaw"]);
  if (near === undefined) return `Use ${KNOWN}.`;
  return `Did you mean ${near}${near === "openclaw" ? `@${version ?? "latest"}` : ""}?`;
}
