import type { GatewayTarget } from "../gateway/target.ts";
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
export function cutSelection<T>(
  selection: readonly T[],
  scenarioOf: (item: T) => Scenario,
  { target, total, durations }: { target: GatewayTarget; total: number; durations: Durations },
): Cut<T>[] {
  const { costs, unit } = durations.costsOn(target, selection.map(scenarioOf));
  const work = selection.map((item, index) => ({
    id: scenarioOf(item).id,
    cost: costs[index] ?? 1,
    item: { item, cost: costs[index] ?? 1 },
  }));
  return cutIntoShards(work, total).map((part, index) => ({
    shard: { index: index + 1, total },
    items: part.map(({ item }) => item),
    cost: Math.round(part.reduce((sum, { cost }) => sum + cost, 0)),
    unit,
  }));
}
