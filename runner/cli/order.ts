import { join, resolve } from "node:path";
import { UsageError } from "../base/errors.ts";
import { isWithin } from "../base/paths.ts";
import { EMBEDDED, formatTarget, type GatewayTarget } from "../gateway/target.ts";
import { readDurations } from "../lanes/durations.ts";
import { rejectErrors } from "../lanes/invalid.ts";
import { jobName, osOf } from "../lanes/job.ts";
import { type LaneOrder, orderOfLane } from "../lanes/order.ts";
import { readQuarantine } from "../lanes/quarantine.ts";
import { cutSelection } from "../lanes/shard.ts";
import { namedIds, type Selection } from "../plan/selection.ts";
import type { RunStarted } from "../report/events.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { loadLanes, packContext, quarantinePath, today } from "./lanes-file.ts";
import type { RunOptions } from "./options.ts";
import { REPO_ROOT, userFolder } from "./workspace.ts";

/** What a run is to do, according to the command line or a lane. */
export interface RunOrder {
  target: GatewayTarget;
  /** As typed, or absolute. */
  packs: readonly string[];
  /** Only the packs are read, not this repository's scenarios. */
  packsOnly: boolean;
  /** The ids that name everything chosen; undefined if anything is chosen by other means. */
  ids: readonly string[] | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Set only by a lane. */
  lane: LaneOrder | undefined;
  choose(catalog: Catalog): Promise<{ catalog: Catalog; selection: Selection }>;
}

/** @throws UsageError, InvalidLanes; QaError `secret-missing` */
export async function orderOf(ids: readonly string[], options: RunOptions): Promise<RunOrder> {
  const { lane: name, lanes: typed, gateway, pack, tag, all, named } = options;
  if (name === undefined) {
    if (typed !== undefined)
      throw new UsageError("--lanes only says where lanes are read", "Add --lane <name>.");
    // A pack alone means all of it.
    const packsOnly = pack.length > 0 && ids.length === 0 && tag.length === 0 && all !== true;
    const selection = { patterns: ids, tags: tag, all: packsOnly || all === true, named };
    return {
      target: gateway ?? EMBEDDED,
      packs: pack,
      packsOnly,
      ids: namedIds(selection),
      env: process.env,
      lane: undefined,
      choose: async (catalog) => ({ catalog, selection }),
    };
  }
  if (all || tag.length > 0) {
    throw new UsageError(
      `the lane ${name} chooses its scenarios`,
      "Leave out --all and --tag; ids and globs narrow what the lane chooses.",
    );
  }
  const lane = orderOfLane(loadLanes(typed), { name, gateway, ids }, packContext(pack), process.env);
  return { ...lane, packsOnly: false, ids: undefined, env: { ...process.env, ...lane.guards }, lane };
}

/** What a run is part of, for the report. */
export type Place = Pick<RunStarted, "lane" | "job" | "shard" | "selection" | "quarantine">;

/**
 * Takes a run's shard of what was chosen, and says in the report's terms what it is part of.
 * @throws UsageError for an empty shard; InvalidLanes for a quarantine that has ended
 */
export async function takeShard(
  chosen: readonly PreparedScenario[],
  ids: readonly string[],
  { shard, durations, lanes, out }: RunOptions,
  { target, lane }: RunOrder,
): Promise<{ scenarios: readonly PreparedScenario[]; place: Place }> {
  const cwd = userFolder();
  const whole = { index: 1, total: 1 };
  let scenarios = chosen;
  if (shard) {
    const from = durations && resolve(cwd, durations);
    if (from) rejectReportsIn(from, out ? resolve(cwd, out) : join(REPO_ROOT, "reports"));
    const measured = await readDurations(from);
    const cuts = cutSelection(chosen, ({ scenario }) => scenario, {
      target,
      total: shard.total,
      durations: measured,
    });
    scenarios = cuts[shard.index - 1]?.items ?? [];
    if (scenarios.length === 0) {
      throw new UsageError(
        `shard ${shard.index} of ${shard.total} is empty: ${chosen.length} scenarios are chosen`,
        "Cut into no more shards than there are scenarios.",
      );
    }
  }
  const quarantine = readQuarantine(quarantinePath(lanes), {
    cwd,
    today: today(),
    // This repository's list is about its own scenarios; one of the same name in another pack is a different one.
    chosen: new Set(
      scenarios.flatMap(({ scenario }) => (lanes === undefined && scenario.pack.foreign ? [] : scenario.id)),
    ),
  });
  rejectErrors(quarantine.diagnostics);
  return {
    scenarios,
    place: {
      ...(lane ? { lane: lane.lane } : {}),
      // What was narrowed by hand is not a job of the matrix.
      ...(lane && ids.length === 0
        ? { job: jobName(lane.lane, formatTarget(target), osOf(process.platform), shard ?? whole) }
        : {}),
      ...(shard ? { shard } : {}),
      selection: chosen.map(({ scenario }) => scenario.id),
      ...(quarantine.entries.length > 0 ? { quarantine: [...quarantine.entries] } : {}),
    },
  };
}

/** @throws UsageError if a shard's report would change the durations that the next one is cut by */
function rejectReportsIn(durations: string, out: string): void {
  if (!isWithin(out, durations)) return;
  throw new UsageError(
    `the report of a shard cannot go below ${durations}, whose reports decide how the shards are cut`,
    "Give --out a folder elsewhere, or --durations another one: all shards need the same durations.",
  );
}
