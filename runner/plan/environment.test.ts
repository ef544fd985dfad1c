import { expect, test } from "vitest";
import type { Scenario } from "../scenario/types.ts";
import { environmentOf } from "./environment.ts";

const KEY = "a-long-enough-key";
const OWN = { foreign: false, trusted: false };
const FOREIGN = { foreign: true, trusted: false };

function scenario(meta: object, pack: object = OWN): Scenario {
  return { meta, pack } as unknown as Scenario;
}

test("the gateway gets what is named, with the values of the caller, and texts as they are", () => {
  const meta = { env: ["REGION"], secrets: ["KEY"] };
  expect(environmentOf(scenario(meta), { REGION: "north", KEY, OTHER: "x" })).toEqual({
    environment: { env: { REGION: "north" }, secrets: { KEY } },
  });
  expect(environmentOf(scenario({ env: { REGION: "south" } }, FOREIGN), { REGION: "north" })).toEqual({
    environment: { env: { REGION: "south" }, secrets: {} },
  });
  expect(environmentOf(scenario({}), { KEY })).toEqual({});
});

test.for([
  ["is missing", { secrets: ["KEY", "NEXT"] }, OWN, { KEY }, /has no NEXT/],
  ["is empty", { env: ["REGION"] }, OWN, { REGION: "" }, /has no REGION/],
  [
    "is too short to be redacted",
    { secrets: ["KEY"] },
    OWN,
    { KEY: "short" },
    /KEY has fewer than 8 characters/,
  ],
  [
    "is for a pack that is not trusted",
    { secrets: ["KEY"] },
    FOREIGN,
    { KEY },
    /it wants KEY of your environment/,
  ],
] as const)("a scenario is blocked when a variable %s", ([, meta, pack, env, reason]) => {
  const { blocked, environment } = environmentOf(scenario(meta, pack), env);
  expect(blocked?.reason).toMatch(reason);
  expect(environment).toBeUndefined();
});

test("a pack that is trusted gets it", () => {
  const trusted = { foreign: true, trusted: true };
  expect(environmentOf(scenario({ secrets: ["KEY"] }, trusted), { KEY }).environment?.secrets).toEqual({
    KEY,
  });
});
