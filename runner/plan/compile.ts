import { FLOW_API, STATEMENTS } from "../actions/vocabulary.ts";
import { compileFlow, type FlowCompilation } from "../flow/compile/compile.ts";
import { ALL_PERMISSIONS } from "../flow/host-names.ts";
import { atPath, type Diagnostic } from "../scenario/source/diagnostic.ts";
import { attemptOn } from "../scenario/source/last-resort.ts";
import type { Scenario } from "../scenario/types.ts";

const compiled = new WeakMap<Scenario, FlowCompilation>();

/**
 * Compiles a scenario's flow against the vocabulary, once; everything wrong with it becomes a diagnostic. Scenarios that
 * another program carries out have no flow, and nothing wrong with it.
 */
export function compileScenario(scenario: Scenario): FlowCompilation {
  const known = compiled.get(scenario);
  if (known) return known;
  const compilation = compile(scenario);
  compiled.set(scenario, compilation);
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
    }),
  );
  return compilation ?? { flow: undefined, expressions: [], diagnostics, missingPermissions: [] };
}

function uniqueNames({ meta: { unique = [] }, metadata }: Scenario) {
  const names = [unique].flat();
  return names.map((name, index) => ({
    name,
    range: atPath(metadata, typeof unique === "string" ? ["unique"] : ["unique", index]),
  }));
}
