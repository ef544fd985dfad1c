import { expect, test } from "vitest";
import { functionsIn } from "../flow/vocabulary-lookup.ts";
import { FLOW_API, STATEMENTS } from "./vocabulary.ts";

const ACTIONS = functionsIn(FLOW_API).filter(([, { statement }]) => statement === undefined);

test("what the older forms can call is a statement, or says what takes its place in steps below headings", () => {
  expect(ACTIONS.filter(([, { inSteps }]) => inSteps === undefined).map(([path]) => path)).toEqual([]);
});

test("what takes its place is there", () => {
  const words = ["unique", "error", "gateways", "in", "session", "reload: hot", "outageMs", "editedAt"];
  const named = ACTIONS.flatMap(([, { inSteps = "" }]) =>
    [...inSteps.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(new Set(named.filter((name = "") => !Object.hasOwn(STATEMENTS, name)))).toEqual(new Set(words));
});
