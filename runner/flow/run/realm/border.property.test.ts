import { isDeepStrictEqual } from "node:util";
import vm from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { breadth } from "../../../../test/testing/breadth.ts";
import { Border } from "./border.ts";

const border = new Border({
  names: () => [],
  named: () => undefined,
  isRaw: () => false,
  isSet: () => false,
  evaluationMs: 1000,
  calls: { check() {}, started() {}, looked() {}, thrown() {}, matters: () => true },
});
const roundTrip = (value: unknown): unknown => border.bring(border.inside.take(value));

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withTypedArray: true,
  key: fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "then", "toString", "length", "0")),
});

it("a value that goes in and comes out again is the same, and neither side keeps the other's objects", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const back = roundTrip(value);
      // `toStrictEqual` takes an own `__proto__` for the prototype.
      expect(isDeepStrictEqual(back, value)).toBe(true);
      if (typeof value === "object" && value !== null) expect(back).not.toBe(value);
    }),
    { numRuns: breadth(300, 5000) },
  );
});

it("errors, promises, callbacks and objects with methods are themselves again", async () => {
  class Thing {
    name = "thing";
  }
  const promise = Promise.resolve(1);
  const error = Object.assign(new RangeError("r"), { code: "E", list: [1] });
  for (const value of [new Thing(), promise, error, { method: () => 1 }, new URL("http://a")]) {
    expect(roundTrip(value)).toBe(value);
  }
  const { inside } = border;
  const callback = vm.runInContext("(value) => value", border.context);
  expect(inside.take(border.bring(callback))).toBe(callback);
});

it("a value that holds itself comes out as one that does", () => {
  const value: { self?: unknown; list: unknown[]; map: Map<unknown, unknown> } = { list: [], map: new Map() };
  value.self = value;
  value.list.push(value, value.list);
  value.map.set(value, value.map);
  expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
});

it("an error keeps its class, name, message, stack, cause and fields; what it holds is copied", () => {
  const error = Object.assign(new TypeError("m", { cause: new Error("inner") }), {
    code: "E",
    details: { a: [1] },
  });
  error.name = "Special";
  const inner = border.inside.take(error);
  const fields = ["name", "message", "code", "stack"].map((key) => border.inside.member(inner, key));
  expect(fields).toEqual(["Special", "m", "E", error.stack]);
  expect(border.inside.member(inner, "details")).not.toBe(error.details);
  expect(border.bring(border.inside.member(inner, "cause"))).toBe(error.cause);
});
