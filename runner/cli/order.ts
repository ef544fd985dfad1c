import { resolve } from "node:path";
import { QaError, UsageError } from "../base/errors.ts";
import { userFolder } from "../base/invocation.ts";
import { isWithin } from "../base/paths.ts";
import { EMBEDDED, type GatewayTarget } from "../base/target.ts";
import { type Durations, readDurations } from "../lanes/durations.ts";
import { type LaneOrder, orderOfLane } from "../lanes/order.ts";
import { type Place, placeOf, quarantineOf } from "../lanes/place.ts";
import { shardOf } from "../lanes/shard.ts";
import { idsAmong, namedIds, type Selection, withoutVanished } from "../plan/selection.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { loadLanes, packContext } from "./lanes-file.ts";
import { quarantinePath, today } from "./lanes-paths.ts";
import type { RunOptions } from "./options.ts";
import { printNote } from "./redacted.ts";
import { isScenarioPath, withIdsOfPaths } from "./scenario-paths.ts";
import { hasUsersScenarios, packsIn, reportsFolder } from "./workspace.ts";

/** What a run is to do, according to the command line or a lane. */
export interface RunOrder {
  target: GatewayTarget;
  /** As typed, or absolute. */
  packs: readonly string[];
  /** Only the packs are read, not this repository's scenarios. */
  packsOnly: boolean;
  /** The ids that name everything chosen; undefined if anything is chosen by other means. */
  ids: readonly string[] | undefined;
  /** Ids that a scenario of the tool's own may have. */
  builtinIds: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Set only by a lane. */
  lane: LaneOrder | undefined;
  choose(catalog: Catalog): Promise<Choice>;
}

/** What is chosen from a catalog, or from the part of it that may be chosen from. */
interface Choice {
  catalog: Catalog;
  selection: Selection;
}

/** @throws UsageError, InvalidLanes; QaError `secret-missing` */
export function orderOf(ids: readonly string[], options: RunOptions): RunOrder {
  const order = orderAsGiven(ids, options);
  if (!options.again) return order;
  return { ...order, choose: async (catalog) => stillThere(await order.choose(catalog)) };
}

/** @throws QaError `nothing-left` */
function stillThere({ catalog, selection: before }: Choice): Choice {
  const { selection, vanished } = withoutVanished(catalog, before);
  for (const { id, near } of vanished) {
    const hint = near ? `; is it ${near} now?` : "";
    printNote(`warning: there is no scenario ${id} any more, so it is not run again${hint}\n`);
  }
  if (selection.patterns.length > 0) return { catalog, selection };
  throw new QaError("nothing is left to run again: what failed does not exist any more", {
    code: "nothing-left",
    fault: "environment",
    hint: "Run the scenarios that took its place; `qa list` shows all.",
  });
}

function orderAsGiven(ids: readonly string[], options: RunOptions): RunOrder {
  const { lane: name, lanes: typed, gateway, tag, row: rows, all, named } = options;
  const packs = packsIn(options);
  const cwd = userFolder();
  if (name === undefined) {
    if (typed !== undefined)
      throw new UsageError("--lanes only says where lanes are read", "Add --lane <name>.");
    const isChosen = ids.length > 0 || tag.length > 0 || all === true;
    // A pack alone means all of it, and so does nothing at all in a user's repository.
    const packsOnly = packs.length > 0 && !isChosen;
    const isAll = all === true || (!isChosen && (packsOnly || hasUsersScenarios()));
    const selection = { patterns: ids, tags: tag, all: isAll, rows, named };
    const hasPaths = ids.some((id) => isScenarioPath(id, cwd));
    return {
      target: gateway ?? EMBEDDED,
      packs,
      packsOnly,
      ids: hasPaths ? undefined : namedIds(selection),
      builtinIds: idsAmong(ids.filter((id) => !isScenarioPath(id, cwd))),
      env: process.env,
      lane: undefined,
      choose: async (catalog) => ({
        catalog,
        selection: hasPaths ? withIdsOfPaths(selection, catalog, cwd) : selection,
      }),
    };
  }
  if (all || tag.length > 0 || rows.length > 0) {
    throw new UsageError(
      `the lane ${name} chooses its scenarios`,
      "Leave out --all, --tag and --row; ids and globs narrow what the lane chooses.",
    );
  }
  const narrow = (catalog: Catalog) => withIdsOfPaths({ patterns: ids, tags: [], all: false }, catalog, cwd);
  const lane = orderOfLane(loadLanes(typed), { name, gateway, narrow }, packContext(packs), process.env);
  return {
    ...lane,
    packsOnly: false,
    ids: undefined,
    builtinIds: [],
    env: { ...process.env, ...lane.guards },
    lane,
  };
}

/**
 * Takes a run's shard of what was chosen, and says in the report's terms what it is part of.
 * @throws UsageError for an empty shard; InvalidLanes for a quarantine that has ended
 */
export async function takeShard(
  chosen: readonly PreparedScenario[],
  ids: readonly string[],
  options: RunOptions,
  { target, lane }: RunOrder,
  on: Parameters<typeof quarantineOf>[1],
): Promise<{ scenarios: readonly PreparedScenario[]; place: Place }> {
  const { shard, lanes } = options;
  const scenarios = shard
    ? shardOf(chosen, shard, { target, durations: await durationsOf(options) })
    : chosen;
  const quarantine = await quarantineOf(
    scenarios.map(({ scenario }) => scenario),
    on,
    { path: quarantinePath(lanes), ownOnly: lanes === undefined, cwd: userFolder(), today: today() },
  );
  const selection = chosen.map(({ scenario }) => scenario.id);
  const narrowed = ids.length > 0;
  return {
    scenarios,
    place: placeOf({ target, lane: lane?.lane, narrowed, shard, selection, quarantine }),
  };
}

/** What the shards are cut by. */
function durationsOf({ durations, out }: RunOptions): Promise<Durations> {
  const cwd = userFolder();
  const from = durations && resolve(cwd, durations);
  if (from) rejectReportsIn(from, out ? resolve(cwd, out) : reportsFolder());
  return readDurations(from);
}

/** @throws UsageError if a shard's report would change the durations that the next one is cut by */
function rejectReportsIn(durations: string, out: string): void {
  if (!isWithin(out, durations)) return;
  throw new UsageError(
    `the report of a shard cannot go below ${durations}, whose reports decide how the shards are cut`,
    "Give --out a folder elsewhere, or --durations another one: all shards need the same durations.",
  );
}
