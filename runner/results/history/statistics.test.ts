import fc from "fast-check";
import { expect, it } from "vitest";
import { median, TREND_NEEDS, trend } from "./statistics.ts";

const durations = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: TREND_NEEDS, maxLength: 60 });

it.each([
  [[3], 3],
  [[3, 1], 2],
  [[9, 1, 4], 4],
  [[1, 2, 3, 100], 2.5],
])("the median of %j is %d", (values, middle) => {
  expect(median(values)).toBe(middle);
});

it("the median has as many values above as below, in whatever order they come", () => {
  fc.assert(
    fc.property(durations, (values) => {
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      expect(median(values.toReversed())).toBe(middle);
    }),
  );
});

it("the trend compares the last third with the first", () => {
  expect(trend([100, 100, 900, 900, 150, 150])).toBeCloseTo(0.5);
  expect(trend([100, 100, 100, 100, 100])).toBeUndefined();
  expect(trend([0, 0, 0, 0, 5, 5])).toBeUndefined();
});

it("the trend does not depend on the unit, is 0 for equal times and is reversed with the order", () => {
  fc.assert(
    fc.property(durations, fc.integer({ min: 2, max: 50 }), (values, factor) => {
      const change = trend(values) as number;
      expect(trend(values.map((value) => value * factor))).toBeCloseTo(change, 8);
      expect((1 + change) * (1 + (trend(values.toReversed()) as number))).toBeCloseTo(1, 8);
      expect(trend(values.map(() => 7))).toBe(0);
    }),
  );
});

it("one slow run does not make a trend", () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 60 }), fc.nat(), (count, place) => {
      const values = Array.from({ length: count }, () => 100);
      values[place % count] = 60_000;
      expect(trend(values)).toBe(0);
    }),
  );
});
