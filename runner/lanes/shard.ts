import { UsageError } from "../base/errors.ts";
import type { GatewayTarget } from "../base/target.ts";
import { cutIntoShards, type Shard } from "../plan/shard.ts";
import type { Scenario } from "../scenario/types.ts";
import type { Durations } from "./durations.ts";

/** One shard of a selection. */
export interface Cut<T> {
  shard: Shard;
  items: T[];
  /** Sum of its estimates. */
  cost: number;
  unit: "ms" | "steps";
}

/**
 * Cuts a selection into shards by what is known about its durations on a gateway. The matrix and the job itself both
 * cut with this, so that a job needs no list of its scenarios.
 */
export function cutSelection<T extends { scenario: Scenario }>(
  selection: readonly T[],
  { target, total, durations }: { target: GatewayTarget; total: number; durations: Durations },
): Cut<T>[] {
  const scenarios = selection.map(({ scenario }) => scenario);
  const { costs, unit } = durations.costsOn(target, scenarios);
  const work = selection.map((item, index) => {
    const cost = costs[index] ?? 1;
    return { id: item.scenario.id, cost, item: { item, cost } };
  });
  return cutIntoShards(work, total).map((part, index) => ({
    shard: { index: index + 1, total },
    items: part.map(({ item }) => item),
    cost: Math.round(part.reduce((sum, { cost }) => sum + cost, 0)),
    unit,
  }));
}

/**
 * One shard of a selection.
 * @throws UsageError if there is nothing in it
 */
export function shardOf<T extends { scenario: Scenario }>(
  selection: readonly T[],
  { index, total }: Shard,
  by: { target: GatewayTarget; durations: Durations },
): readonly T[] {
  const items = cutSelection(selection, { ...by, total })[index - 1]?.items ?? [];
  if (items.length > 0) return items;
  throw new UsageError(
    `shard ${index} of ${total} is empty: ${selection.length} scenarios are chosen`,
    "Cut into no more shards than there are scenarios.",
  );
}
