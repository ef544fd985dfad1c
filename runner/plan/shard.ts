import { isSeq } from "yaml";
import { locatePath } from "../scenario/source/locate.ts";
import type { Scenario } from "../scenario/types.ts";

/** One of several jobs that divide a selection. */
export interface Shard {
  /** From 1. */
  index: number;
  total: number;
}

/** Something to do, and how long it takes; the unit only has to be the same for all. */
export interface ShardItem<T> {
  /** Unique; decides between equal costs, so that every machine cuts alike. */
  id: string;
  /** Less than 1 counts as 1. */
  cost: number;
  item: T;
}

/**
 * Cuts items into `total` shards of nearly equal cost: the longest first, each to the shard with the least so far. Two
 * shards never differ by more than the cost of the longest item. The same items always give the same shards, in
 * whatever order they come; within a shard they keep their order. Shards are empty only when there are fewer items.
 */
export function cutIntoShards<T>(items: readonly ShardItem<T>[], total: number): T[][] {
  const loads = Array.from({ length: total }, () => 0);
  const partOf = new Map<string, number>();
  for (const { id, cost } of items.toSorted(byCost)) {
    const part = loads.indexOf(Math.min(...loads));
    partOf.set(id, part);
    loads[part] = (loads[part] ?? 0) + atLeastOne(cost);
  }
  return loads.map((_, part) => items.filter(({ id }) => partOf.get(id) === part).map(({ item }) => item));
}

/** Steps of a scenario's flow: its cost until it has been measured. Never less than one. */
export function stepCount({ flow }: Scenario): number {
  if (!flow) return 1;
  if (!("node" in flow)) return Math.max(1, flow.length);
  const steps = locatePath(flow.node, ["steps"]).value;
  return isSeq(steps) ? Math.max(1, steps.items.length) : 1;
}

function byCost(a: ShardItem<unknown>, b: ShardItem<unknown>): number {
  return atLeastOne(b.cost) - atLeastOne(a.cost) || (a.id < b.id ? -1 : 1);
}

/** Items that cost nothing would all end up in one shard. */
function atLeastOne(cost: number): number {
  return Math.max(cost, 1);
}
