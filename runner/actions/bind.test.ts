import { describe, expect, test } from "vitest";
import { bindAction } from "./bind.ts";
import type { ActionContext } from "./context.ts";
import type { Action } from "./define.ts";
import { FLOW_API } from "./vocabulary.ts";

const OBJECTS = { env: {}, state: {} };

/** Calls an action of the vocabulary as flows do; it only returns its parameters. */
function parametersOf(name: string, ...values: unknown[]): unknown {
  const entry = FLOW_API[name];
  if (entry?.kind !== "function") throw new Error(`there is no action ${name}`);
  const action: Action = { ...entry, needs: undefined, run: (_context, params) => params };
  return bindAction(name, action, {} as ActionContext, OBJECTS)(...values);
}

describe("positional arguments become named parameters", () => {
  test("with the defaults of those that are left out", () => {
    expect(parametersOf("createSession", OBJECTS.env, "a label")).toEqual({ label: "a label" });
    const predicate = () => true;
    expect(parametersOf("waitForOutboundMessage", OBJECTS.state, predicate)).toEqual({
      predicate,
      timeoutMs: 15_000,
    });
    expect(parametersOf("readSessionHistory", OBJECTS.env, "agent:qa:main", undefined)).toMatchObject({
      limit: 200,
    });
  });

  test("out of the members of an object, which may hold others as well", () => {
    const { env } = OBJECTS;
    expect(parametersOf("patchConfig", { env, patch: { a: 1 }, more: true })).toMatchObject({
      patch: { a: 1 },
      restartDelayMs: 0,
      more: true,
    });
    // What it holds is for the action to check.
    expect(parametersOf("writeWorkspaceSkill", { name: 1 })).toEqual({ name: 1 });
  });

  test("even where a parameter has the name of the flow's object", () => {
    const options = { env: { A: "1" } };
    expect(parametersOf("runGatewayCli", OBJECTS.env, ["health"], options)).toMatchObject({
      args: ["health"],
      env: { A: "1" },
    });
  });

  test("and what takes anything takes nothing too", () => {
    expect(parametersOf("formatErrorMessage", undefined)).toEqual({});
    expect(parametersOf("hasDiscoveryLabels")).toEqual({});
  });
});

test.for<[name: string, values: unknown[], message: string]>([
  ["sleep", ["1"], 'argument 1 (ms) must be a number, got "1"'],
  ["sleep", [Number.NaN], "argument 1 (ms) must be a number, got NaN"],
  [
    "waitForNoOutbound",
    [OBJECTS.state, Number.NaN],
    "argument 2 (quietMs) must be a number from 0 up, got NaN",
  ],
  ["waitForNoOutbound", [OBJECTS.state, -5], "argument 2 (quietMs) must be a number from 0 up, got -5"],
  ["sleep", [], "argument 1 (ms) must be a number, got undefined"],
  ["createSession", [{}, "label"], "argument 1 (env) must be `env`, got an object"],
  ["createSession", [OBJECTS.env, "label", null], "argument 3 (key) must be a string, got null"],
  ["waitForCondition", [1], "argument 1 (check) must be a function (a lambda), got 1"],
  ["patchConfig", ["{}"], 'argument 1 (request) must be an object, got "{}"'],
  ["expectNoRestart", [OBJECTS.env, undefined], "argument 2 (before) must be an object, got undefined"],
])("%s names a wrong argument", ([name, values, message]) => {
  expect(() => parametersOf(name, ...values)).toThrow(`${name}: ${message}`);
});
