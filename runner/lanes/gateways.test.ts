import fc from "fast-check";
import { compare, gte, lte, prerelease } from "semver";
import { expect, test } from "vitest";
import { parseGatewayTarget } from "../base/target.ts";
import { OLDEST_SUPPORTED } from "../gateway/openclaw/releases.ts";
import { mayMean, readEntry, releasesBetween, targetsOf } from "./gateways.ts";
import type { Lane } from "./schema.ts";

const version = fc
  .tuple(fc.constantFrom(2026, 2027), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map((parts) => parts.join("."));
const published = fc
  .uniqueArray(fc.tuple(version, fc.constantFrom("", "", "", "-beta.1", "-2")), {
    selector: (parts) => parts.join(""),
    maxLength: 60,
  })
  .map((list) => list.map((parts) => parts.join("")));
const range = fc.record({
  last: fc.option(fc.integer({ min: 1, max: 70 }), { nil: undefined }),
  from: version,
  to: fc.option(version, { nil: undefined }),
});

test("a range means the newest releases within its bounds, newest first, without pre-releases", () => {
  fc.assert(
    fc.property(range, published, ({ last, from, to }, versions) => {
      const chosen = releasesBetween({ kind: "releases", last, from, to }, versions);
      const fits = (one: string) => !prerelease(one) && gte(one, from) && (!to || lte(one, to));
      const fitting = versions.filter(fits);
      expect(chosen.every((one) => fitting.includes(one))).toBe(true);
      expect(chosen).toEqual(chosen.toSorted((a, b) => compare(b, a)));
      expect(chosen).toHaveLength(Math.min(last ?? Number.POSITIVE_INFINITY, fitting.length));
      const oldest = chosen.at(-1);
      for (const other of fitting.filter((one) => !chosen.includes(one))) {
        expect(oldest && compare(other, oldest)).toBe(-1);
      }
    }),
  );
});

test("what a range is resolved to is one of the lane's gateways, also when newer releases have come out", () => {
  fc.assert(
    fc.property(range, published, ({ last, from, to }, versions) => {
      const entry = { kind: "releases", last, from, to } as const;
      for (const target of targetsOf(entry, { versions, tags: {} }).targets) {
        expect(mayMean(entry, target)).toBe(true);
      }
    }),
  );
});

const RELEASES = {
  versions: ["2026.4.25", "2026.4.26", "2026.5.7", "2026.9.5", "2026.9.6", "2026.10.1-beta.1"],
  tags: { latest: "2026.9.6", beta: "2026.10.1-beta.1" },
};

function entryOf(value: Lane["gateways"][number]) {
  const { entry } = readEntry(value);
  if (!entry) throw new Error("not an entry");
  return entry;
}

test.for<[Lane["gateways"][number], string[]]>([
  ["embedded", ["embedded"]],
  ["openclaw", ["openclaw@2026.9.6"]],
  ["openclaw@beta", ["openclaw@2026.10.1-beta.1"]],
  ["openclaw@v2026.4.26", ["openclaw@2026.4.26"]],
  ["openclaw@<2026.9", ["openclaw@2026.5.7"]],
  [{ releases: { last: 1 } }, ["openclaw@2026.9.6"]],
  [{ releases: { last: 3 } }, ["openclaw@2026.9.6", "openclaw@2026.9.5", "openclaw@2026.5.7"]],
  [{ releases: { to: "2026.5.7" } }, ["openclaw@2026.5.7", `openclaw@${OLDEST_SUPPORTED}`]],
  [{ releases: { from: "2026.4.25", to: "2026.4.26" } }, ["openclaw@2026.4.26", "openclaw@2026.4.25"]],
])("%j means %j", ([value, targets]) => {
  expect(targetsOf(entryOf(value), RELEASES)).toEqual({ targets: targets.map(parseGatewayTarget) });
});

test.for<[Lane["gateways"][number], RegExp]>([
  ["openclaw@2026.9.66", /Did you mean openclaw@2026\.9\.6\?/],
  ["openclaw@latst", /Did you mean openclaw@latest/],
  [{ releases: { from: "2027.1.1" } }, /newest are 2026\.10\.1-beta\.1, 2026\.9\.6/],
])("no release fits %j", ([value, hint]) => {
  const { targets, problem } = targetsOf(entryOf(value), RELEASES);
  expect(targets).toEqual([]);
  expect(problem?.hint).toMatch(hint);
});

test.for<[Lane["gateways"][number], string, boolean]>([
  ["embedded", "embedded", true],
  ["embedded", "openclaw@2026.4.26", false],
  ["openclaw@2026.4.26", "openclaw@v2026.4.26", true],
  ["openclaw@2026.4.26", "openclaw@2026.4.27", false],
  ["openclaw@2026.4.26", "openclaw@latest", false],
  ["openclaw@latest", "openclaw@2026.4.27", true],
  ["openclaw@latest", "openclaw", true],
  ["openclaw@2026.4", "openclaw@2026.4.27", true],
  ["openclaw@2026.4", "openclaw@2026.5.7", false],
  [{ releases: { last: 1 } }, "openclaw@2026.5.7", true],
  [{ releases: { last: 1 } }, "openclaw@2026.4.25", false],
  [{ releases: { from: "2026.5.7", to: "2026.9.5" } }, "openclaw@2026.9.6", false],
  [{ releases: { last: 1 } }, "openclaw@2026.10.1-beta.1", false],
  [{ releases: { last: 1 } }, "embedded", false],
])("a lane with %j may be run on %s: %s", ([value, target, expected]) => {
  expect(mayMean(entryOf(value), parseGatewayTarget(target))).toBe(expected);
});
