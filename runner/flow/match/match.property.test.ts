import fc from "fast-check";
import { expect, test } from "vitest";
import { breadth } from "../../../test/testing/breadth.ts";
import { describeMismatches, matches, mismatches, nearest } from "./match.ts";
import type { Matcher } from "./matcher.ts";

const numRuns = breadth(200, 20_000);
const value = fc.jsonValue({ maxDepth: 4 });

/** The matcher that a value is when it is written as one whose mappings match members. */
function membersOf(of: unknown): Matcher {
  if (typeof of !== "object" || of === null || Array.isArray(of)) return { kind: "equals", value: of };
  return { kind: "members", members: Object.entries(of).map(([name, member]) => [name, membersOf(member)]) };
}

const matcher: fc.Arbitrary<Matcher> = fc.letrec<{ matcher: Matcher }>((tie) => {
  const inner = tie("matcher");
  return {
    matcher: fc.oneof(
      { maxDepth: 3 },
      value.map((each) => ({ kind: "equals", value: each }) as const),
      value.map(membersOf),
      fc.constantFrom<Matcher>(
        { kind: "exists", value: false },
        { kind: "isType", value: "string" },
        { kind: "above", value: 0 },
        { kind: "between", low: -1, high: 1 },
        { kind: "matches", value: "a" },
        { kind: "increasing", value: true },
        {
          kind: "captures",
          pattern: "a(.)",
          values: { kind: "count", matcher: { kind: "equals", value: 1 } },
        },
        { kind: "expr", text: "it === null", test: (it) => it === null },
      ),
      fc.record({ kind: fc.constantFrom("not", "contains", "every", "some", "count"), matcher: inner }),
      fc.record({
        kind: fc.constantFrom("anyOf", "allOf"),
        matchers: fc.array(inner, { minLength: 1, maxLength: 3 }),
      }),
    ),
  };
}).matcher;

/** What is at a path of a value. */
function at(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (of, name) =>
      Object.hasOwn(Object(of), name) ? (of as Record<string | number, unknown>)[name] : undefined,
    root,
  );
}

test("a value matches itself, as a whole and by its members", () => {
  fc.assert(
    fc.property(value, (each) => {
      expect(mismatches({ kind: "equals", value: each }, structuredClone(each))).toEqual([]);
      expect(mismatches(membersOf(each), structuredClone(each))).toEqual([]);
    }),
    { numRuns },
  );
});

test("not inverts every matcher", () => {
  fc.assert(
    fc.property(matcher, value, (each, of) => {
      expect(matches({ kind: "not", matcher: each }, of)).toBe(!matches(each, of));
    }),
    { numRuns },
  );
});

test("members match an object that has more; equality does not", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (of) => {
      const more = { ...of, "one more": 1 };
      expect(matches(membersOf(of), more)).toBe(true);
      expect(matches({ kind: "equals", value: of }, more)).toBe(
        Object.hasOwn(of, "one more") && of["one more"] === 1,
      );
    }),
    { numRuns },
  );
});

test("what differs names places that differ, and shows what is there", () => {
  fc.assert(
    fc.property(value, value, (expected, seen) => {
      const found = mismatches({ kind: "equals", value: expected }, seen);
      for (const each of found) {
        expect(at(seen, each.path)).toEqual(each.seen);
        expect(JSON.stringify(at(expected, each.path))).not.toBe(JSON.stringify(each.seen));
      }
    }),
    { numRuns },
  );
});

test("the nearest of several values is the one that differs in the fewest places, the last of equal ones", () => {
  const wanted = membersOf({ on: true, name: "a" });
  const values = [{ on: false, name: "b" }, { on: true, name: "b" }, { on: true, name: "c" }, {}];
  const best = nearest(wanted, values);
  expect(best?.value).toEqual({ on: true, name: "c" });
  expect(describeMismatches(best?.found ?? [])).toBe('name is "c", expected "a"');
});
