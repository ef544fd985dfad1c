import { satisfies } from "semver";
import type { GatewayKind } from "../gateway/gateway.ts";
import type { Scenario } from "../scenario/types.ts";
import type { RunCapabilities } from "./capabilities.ts";

/** Whether a scenario is for this gateway: by its kind, and where it names versions by these. */
export function isFor({ meta }: Scenario, on: RunCapabilities): boolean {
  return isAmong(meta.gateways, on);
}

/** Whether a run's gateway is one of those that are listed; without a list all are meant. */
export function isAmong(
  entries: readonly string[] | undefined,
  { gateway, gatewayVersion }: Pick<RunCapabilities, "gateway" | "gatewayVersion">,
): boolean {
  return entries?.some((entry) => means(entry, gateway, gatewayVersion)) ?? true;
}

/** Why a scenario is not for this gateway. */
export function otherGateways({ meta }: Scenario, { gateway, gatewayVersion }: RunCapabilities): string {
  const entries = meta.gateways ?? [];
  const byVersion = entries.some((entry) => entry.startsWith(`${gateway}@`));
  return `it runs on ${entries.join(", ")}, not on ${gateway}${byVersion ? `@${gatewayVersion}` : ""}`;
}

/**
 * The version of the release that a run is on, when one of its scenarios asks for it: a tag or a range has to be looked
 * up, and nothing is installed for that.
 * @throws what the kind throws for a release that does not exist
 */
export async function releaseVersion(
  kind: Pick<GatewayKind, "version">,
  scenarios: readonly { meta: Pick<Scenario["meta"], "gateways"> }[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const asks = scenarios.some(({ meta }) => meta.gateways?.some((entry) => entry.includes("@")));
  return asks ? kind.version?.(signal) : undefined;
}

function means(entry: string, kind: RunCapabilities["gateway"], version: string | undefined): boolean {
  const [named, range] = entry.split("@");
  if (named !== kind || range === undefined || version === undefined) return named === kind;
  // What `2026.5` means begins with the pre-releases of its first version.
  return satisfies(version, range, { includePrerelease: true });
}
