import { FLOW_API, STATEMENTS } from "../actions/vocabulary.ts";
import { compileFlow, type FlowCompilation } from "../flow/compile/compile.ts";
import { gatewayShape } from "../flow/compile/roots.ts";
import { ALL_PERMISSIONS } from "../flow/host-names.ts";
import type { ValueSchema } from "../flow/vocabulary.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { attemptOn } from "../scenario/source/last-resort.ts";
import type { Scenario } from "../scenario/types.ts";

/** By the metadata of the file: all rows of its examples have the same flow. */
const compiled = new WeakMap<Scenario["meta"], FlowCompilation>();

/**
 * Compiles a scenario's flow against the vocabulary, once for all of its rows; everything wrong with it becomes a diagnostic. Scenarios that
 * another program carries out have no flow, and nothing wrong with it.
 */
export function compileScenario(scenario: Scenario): FlowCompilation {
  const known = compiled.get(scenario.meta);
  if (known) return known;
  const compilation = compile(scenario);
  compiled.set(scenario.meta, compilation);
  return compilation;
}

function compile(scenario: Scenario): FlowCompilation {
  const { file, flow, pack, permissions, meta } = scenario;
  if (!flow) return { flow: undefined, expressions: [], diagnostics: [], missingPermissions: [] };
  const diagnostics: Diagnostic[] = [];
  const compilation = attemptOn(file, diagnostics, () =>
    compileFlow(flow, {
      vocabulary: FLOW_API,
      statements: STATEMENTS,
      permissions: pack.trusted ? ALL_PERMISSIONS : permissions,
      pack,
      configKeys: Object.keys(meta.execution?.config ?? {}),
      unique: uniqueNames(scenario),
      given: givenShapes(scenario),
      plugins: (meta.plugins ?? []).filter((named) => typeof named === "string"),
    }),
  );
  return compilation ?? { flow: undefined, expressions: [], diagnostics, missingPermissions: [] };
}

/** What the texts of a scenario may begin a path with before any of its statements has saved something, with the shapes. */
export function rootShapes(scenario: Scenario): Record<string, ValueSchema> {
  const keys = Object.keys(scenario.meta.execution?.config ?? {});
  return {
    config: { type: "object", properties: Object.fromEntries(keys.map((key) => [key, {}])) },
    gateway: gatewayShape(FLOW_API) ?? {},
    ...givenShapes(scenario),
    ...Object.fromEntries(uniqueNames(scenario).map(({ name }) => [name, { type: "string" }])),
  };
}

/** The names that a run of the scenario is given values for, with their shapes. */
function givenShapes({ examples, meta: { http } }: Scenario): Record<string, ValueSchema> {
  const addresses = Object.keys(http ?? {}).map((name) => [name, { type: "string" }]);
  return {
    ...(examples && { row: { type: "object", properties: examples.shapes } }),
    ...(http && { http: { type: "object", properties: Object.fromEntries(addresses) } }),
  };
}

function uniqueNames({ meta: { unique = [] }, at }: Scenario) {
  const names = [unique].flat();
  return names.map((name, index) => ({
    name,
    range: at(typeof unique === "string" ? ["unique"] : ["unique", index]),
  }));
}
