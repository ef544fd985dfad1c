import fc from "fast-check";
import { expect, test } from "vitest";
import { breadth } from "../../../test/testing/breadth.ts";
import { describeMismatches, fitsAbsence, matches, mismatches, nearest } from "./match.ts";
import { conditionsOf, type Matcher } from "./matcher.ts";

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

test("what differs from a value names places that differ, in nested lists too, and shows what is there", () => {
  const lists = fc.array(fc.array(value, { maxLength: 3 }), { maxLength: 3 });
  fc.assert(
    fc.property(fc.oneof(fc.tuple(value, value), fc.tuple(lists, lists)), ([expected, seen]) => {
      for (const each of mismatches({ kind: "equals", value: expected }, seen)) {
        expect(at(seen, each.path)).toEqual(each.seen);
        expect(JSON.stringify(at(expected, each.path))).not.toBe(JSON.stringify(each.seen));
      }
    }),
    { numRuns },
  );
});

/** Puts another value at a place; a place that is not there is not made. */
function put(root: unknown, [name, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(root)) return root.map((item, index) => (index === name ? put(item, rest, value) : item));
  if (typeof root !== "object" || root === null) return root;
  return Object.fromEntries(
    Object.entries(root).map(([key, of]) => [key, key === name ? put(of, rest, value) : of]),
  );
}

test("every matcher names places that are there as it shows them, and one that matches names none", () => {
  fc.assert(
    fc.property(matcher, fc.oneof(value, fc.array(fc.array(value, { maxLength: 3 }))), (each, seen) => {
      const found = mismatches(each, seen);
      expect(found.length === 0).toBe(matches(each, seen));
      for (const { path, seen: there } of found) {
        // Of a text, `captures` shows what was caught.
        if (Array.isArray(there) && typeof at(seen, path) === "string") continue;
        if (path.at(-1) !== "length") expect(at(seen, path)).toEqual(there);
        else expect(there).toBe((at(seen, path.slice(0, -1)) as unknown[]).length);
      }
    }),
    { numRuns },
  );
});

test("a value that is put right at each place that differs from it matches", () => {
  fc.assert(
    fc.property(value, value, (expected, seen) => {
      const found = mismatches({ kind: "equals", value: expected }, seen);
      // What one of them lacks cannot be put right by a value alone.
      fc.pre(found.every(({ path, seen: there }) => there !== undefined && at(expected, path) !== undefined));
      const right = found.reduce<unknown>((of, { path }) => put(of, path, at(expected, path)), seen);
      expect(matches({ kind: "equals", value: expected }, right)).toBe(true);
    }),
    { numRuns },
  );
});

test("an object that is no text and no number, whatever its members are called, is none to match with", () => {
  const odd = { toString: 1 };
  expect(matches({ kind: "contains", matcher: { kind: "equals", value: odd } }, "a")).toBe(false);
  expect(matches({ kind: "increasing", value: true }, [odd, odd])).toBe(false);
  expect(matches({ kind: "increasing", value: true }, ["9", 10, "11"])).toBe(true);
});

test("of a list, how many there are and the item that comes nearest are named", () => {
  const list = [
    { role: "user", text: "hi" },
    { role: "assistant", text: "hello" },
  ];
  const wanted = membersOf({ role: "assistant", text: "bye" });
  const words = (each: Matcher) => describeMismatches(mismatches(each, list));
  expect(words({ kind: "count", matcher: { kind: "equals", value: 3 } })).toBe("length is 2, expected 3");
  expect(words({ kind: "some", matcher: wanted })).toBe('[1].text is "hello", expected "bye"');
  expect(
    describeMismatches(mismatches({ kind: "contains", matcher: { kind: "equals", value: "c" } }, ["a", "b"])),
  ).toBe("it is [ 'a', 'b' ], expected contains \"c\"");
});

test("a value that is right nowhere differs in as many places as a matcher has conditions", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }), (of) => {
      const wrong = Object.fromEntries(Object.entries(of).map(([name, number]) => [name, number + 1]));
      expect(mismatches(membersOf(of), wrong)).toHaveLength(conditionsOf(membersOf(of)));
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

test("absence fits only a matcher that says so, and never both a matcher and its opposite", () => {
  fc.assert(
    fc.property(matcher, (each) => {
      const opposite: Matcher = { kind: "not", matcher: each };
      expect(fitsAbsence(each) && fitsAbsence(opposite)).toBe(false);
      if (fitsAbsence(each)) {
        expect(matches(each, undefined)).toBe(true);
        expect(JSON.stringify(each)).toContain('"exists"');
      }
    }),
    { numRuns },
  );
});

test("absence is `exists: false`, however that is said", () => {
  const is = (value: boolean): Matcher => ({ kind: "exists", value });
  const not = (each: Matcher): Matcher => ({ kind: "not", matcher: each });
  const anyOf = (...matchers: Matcher[]): Matcher => ({ kind: "anyOf", matchers });
  const allOf = (...matchers: Matcher[]): Matcher => ({ kind: "allOf", matchers });
  const failed = membersOf({ state: "error" });
  const fits = [
    is(false),
    not(is(true)),
    not(not(is(false))),
    anyOf(is(false), failed),
    allOf(is(false), not(failed)),
  ];
  expect(fits.map(fitsAbsence)).toEqual(fits.map(() => true));
  const others = [
    not(failed),
    is(true),
    not(is(false)),
    anyOf(is(true), not(failed)),
    allOf(not(failed), not(membersOf(3))),
  ];
  expect(others.map(fitsAbsence)).toEqual(others.map(() => false));
});

test("a pattern that caught nothing fits only what says how much it caught", () => {
  const caught = (values: Matcher): Matcher => ({ kind: "captures", pattern: "in (.) ms", values });
  const count = (value: number): Matcher => ({ kind: "count", matcher: { kind: "equals", value } });
  const increasing: Matcher = { kind: "increasing", value: true };
  const every: Matcher = { kind: "every", matcher: { kind: "equals", value: "1" } };
  const holds = (values: Matcher) => matches(caught(values), "nothing of it");
  for (const vacuous of [increasing, every, { kind: "not", matcher: every } as const])
    expect(holds(vacuous)).toBe(false);
  expect(holds({ kind: "not", matcher: { kind: "contains", matcher: { kind: "equals", value: "1" } } })).toBe(
    false,
  );
  expect(holds({ kind: "anyOf", matchers: [increasing, count(3)] })).toBe(false);
  expect(holds(count(0))).toBe(true);
  expect(holds({ kind: "equals", value: [] })).toBe(true);
  expect(holds({ kind: "allOf", matchers: [increasing, count(0)] })).toBe(true);
  expect(matches(caught(increasing), "in 1 ms, in 2 ms")).toBe(true);
});
