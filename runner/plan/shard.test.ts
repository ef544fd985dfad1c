import fc from "fast-check";
import { expect, test } from "vitest";
import { cutIntoShards, type ShardItem } from "./shard.ts";

const items = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 40 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.double({ min: 0, max: 1e6, noNaN: true }).map((cost) => ({ id, cost, item: id })),
      ),
    ),
  );
const totals = fc.integer({ min: 1, max: 12 });

test("shards are disjoint, complete and in the order of the selection", () => {
  fc.assert(
    fc.property(items, totals, (given, total) => {
      const parts = cutIntoShards(given, total);
      expect(parts).toHaveLength(total);
      const ids = given.map(({ id }) => id);
      expect(parts.flat().sort()).toEqual(ids.toSorted());
      for (const part of parts) expect(part).toEqual(ids.filter((id) => part.includes(id)));
    }),
  );
});

test("no shard is empty while there are enough items", () => {
  fc.assert(
    fc.property(items, totals, (given, total) => {
      const filled = cutIntoShards(given, total).filter((part) => part.length > 0);
      expect(filled).toHaveLength(Math.min(total, given.length));
    }),
  );
});

test("two shards never differ by more than the longest item", () => {
  fc.assert(
    fc.property(items, totals, (given, total) => {
      const costs = new Map(given.map(({ id, cost }) => [id, Math.max(1, cost)]));
      const loads = cutIntoShards(given, total).map((part) =>
        part.reduce((sum, id) => sum + (costs.get(id) ?? Number.NaN), 0),
      );
      const spread = Math.max(...loads) - Math.min(...loads);
      // Sums of doubles in another order differ in their last bits.
      expect(spread).toBeLessThanOrEqual(Math.max(0, ...costs.values()) * (1 + 1e-9) + 1e-6);
    }),
  );
});

test("the cut does not depend on the order in which items are given", () => {
  fc.assert(
    fc.property(
      items.chain((given) =>
        fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
      ),
      totals,
      ([given, shuffled], total) => {
        const sorted = (list: readonly ShardItem<string>[]) =>
          cutIntoShards(list, total).map((part) => part.toSorted());
        expect(sorted(shuffled)).toEqual(sorted(given));
      },
    ),
  );
});
