import fc from "fast-check";
import { validRange } from "semver";
import { expect, test } from "vitest";
import { breadth } from "../../test/testing/breadth.ts";
import { GATEWAY_PATTERN } from "../scenario/schema/parts.ts";
import type { Scenario } from "../scenario/types.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { isFor, releaseVersion } from "./gateways.ts";

const MODEL = { providerMode: "mock-openai", primaryModel: undefined, scriptedModel: true } as const;
const pattern = new RegExp(GATEWAY_PATTERN);

function scenario(...gateways: string[]): Scenario {
  return { meta: { gateways } } as unknown as Scenario;
}

function isForRelease(entry: string, version: string): boolean {
  return isFor(scenario(entry), capabilitiesOf({ kind: "openclaw", spec: version }, MODEL, { env: {} }));
}

test.for([
  ["openclaw", "2026.4.26", true],
  ["openclaw@>=2026.5", "2026.4.26", false],
  ["openclaw@>=2026.5", "2026.5.0", true],
  ["openclaw@>=2026.5", "2026.9.6", true],
  ["openclaw@<2026.9", "2026.9.0-beta.1", false],
  ["openclaw@>=2026.9", "2026.9.0-beta.1", true],
  ["openclaw@2026.5", "2026.5.19", true],
  ["openclaw@2026.5", "2026.6.0", false],
  ["openclaw@>=2026.5 <2026.9", "2026.8.31", true],
  ["openclaw@<2026.4 || >=2026.9", "2026.5.1", false],
  ["embedded", "2026.9.6", false],
] as const)("%s and release %s: %s", ([entry, version, wanted]) => {
  expect(isForRelease(entry, version)).toBe(wanted);
});

test("a tag is asked for its version only where a scenario names versions, and fits until it is known", async () => {
  const kind = { version: async () => "2026.4.26" };
  const { signal } = new AbortController();
  const ranged = scenario("openclaw@>=2026.5");
  expect(await releaseVersion(kind, [scenario("openclaw"), scenario()], signal)).toBeUndefined();
  const version = await releaseVersion(kind, [scenario("openclaw"), ranged], signal);
  const onLatest = (known?: string) =>
    capabilitiesOf({ kind: "openclaw", spec: "latest" }, MODEL, { env: {}, version: known });
  expect([isFor(ranged, onLatest()), isFor(ranged, onLatest(version))]).toEqual([true, false]);
});

test("what the file format accepts as a range is one", () => {
  const number = fc.nat({ max: 3000 });
  const version = fc.oneof(
    fc.tuple(number, number).map((parts) => parts.join(".")),
    fc.tuple(number, number, number).map((parts) => parts.join(".")),
    fc
      .tuple(number, number, number, fc.stringMatching(/^[0-9a-z.-]{1,8}$/))
      .map(([a, b, c, d]) => `${a}.${b}.${c}-${d}`),
    fc.constantFrom("2026.x", "2026.5.x", "2026.*", "2026"),
  );
  const comparator = fc
    .tuple(fc.constantFrom("", ">", ">=", "<", "<=", "^", "~", "="), version)
    .map((parts) => parts.join(""));
  const range = fc
    .array(comparator, { minLength: 1, maxLength: 4 })
    .chain((all) => fc.constantFrom(" ", " || ", " - ", "||").map((by) => all.join(by)));
  fc.assert(
    fc.property(range, (text) => {
      if (pattern.test(`openclaw@${text}`)) expect(validRange(text), text).not.toBeNull();
    }),
    { numRuns: breadth(300, 20_000) },
  );
  for (const text of ["latest", "2026.05", "", ">= 2026.5"])
    expect(pattern.test(`openclaw@${text}`)).toBe(false);
});
