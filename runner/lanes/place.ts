import { formatTarget, type GatewayTarget } from "../base/target.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import type { RunCapabilities } from "../plan/capabilities.ts";
import { isAmong, releaseVersion } from "../plan/gateways.ts";
import type { Shard } from "../plan/shard.ts";
import type { Quarantined, RunStarted } from "../report/events.ts";
import type { Scenario } from "../scenario/types.ts";
import { rejectErrors } from "./invalid.ts";
import { jobName, osOf } from "./job.ts";
import { readQuarantine } from "./quarantine.ts";

/** What a run is part of, for the report. */
export type Place = Pick<RunStarted, "lane" | "job" | "shard" | "selection" | "quarantine">;

/** What decides the place of a run. */
interface PartOfNight {
  target: GatewayTarget;
  lane: string | undefined;
  /** What the lane chooses was narrowed by hand. */
  narrowed: boolean;
  shard: Shard | undefined;
  /** Ids of all shards together. */
  selection: readonly string[];
  quarantine: readonly Quarantined[];
}

const WHOLE: Shard = { index: 1, total: 1 };

/** The place of a run on this machine. What was narrowed by hand is not a job of the matrix. */
export function placeOf({ target, lane, narrowed, shard, selection, quarantine }: PartOfNight): Place {
  const isJob = lane !== undefined && !narrowed;
  return {
    ...(lane === undefined ? {} : { lane }),
    ...(isJob ? { job: jobName(lane, formatTarget(target), osOf(process.platform), shard ?? WHOLE) } : {}),
    ...(shard ? { shard } : {}),
    selection: [...selection],
    ...(quarantine.length > 0 ? { quarantine: [...quarantine] } : {}),
  };
}

/**
 * The entries of a quarantine list that are about scenarios of a run, on its gateway.
 * @param list.path absolute
 * @param list.ownOnly it is this repository's list, which is about its own scenarios: one of the same name in another
 *   pack is a different one
 * @param on the gateway; its version is looked up only where an entry asks for it
 * @throws InvalidLanes for an entry that has ended; what `on.kind` throws for a release that does not exist
 */
export async function quarantineOf(
  scenarios: readonly Scenario[],
  on: { kind: GatewayKind; capabilities: RunCapabilities; signal: AbortSignal },
  { path, ownOnly, ...when }: { path: string; ownOnly: boolean; cwd: string; today: string },
): Promise<readonly Quarantined[]> {
  const about = scenarios.filter(({ pack }) => !(ownOnly && pack.foreign));
  const { entries, diagnostics } = readQuarantine(path, {
    ...when,
    chosen: new Set(about.flatMap(({ id, family }) => [family, id])),
  });
  rejectErrors(diagnostics);
  const asking = entries.map(({ gateways }) => ({ meta: { gateways } }));
  const { gateway, gatewayVersion = await releaseVersion(on.kind, asking, on.signal) } = on.capabilities;
  const here = entries.filter(({ gateways }) => isAmong(gateways, { gateway, gatewayVersion }));
  // An entry for a scenario is about all rows of its examples.
  return here.flatMap(({ id: name, owner, reason, expires }) =>
    about
      .filter(({ id, family }) => name === id || name === family)
      .map(({ id }) => ({ id, owner, reason, expires })),
  );
}
