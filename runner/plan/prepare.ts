import { FLOW_API } from "../actions/vocabulary.ts";
import { compileFlow, type FlowCompilation } from "../flow/compile/compile.ts";
import { ALL_PERMISSIONS } from "../flow/host-names.ts";
import type { Scenario } from "../scenario/types.ts";

/** A compiled flow; scenarios that another program carries out have none, and nothing wrong with it. */
export type CompiledScenario = FlowCompilation;

/** Compiles a scenario's flow against the vocabulary; everything wrong with it becomes a diagnostic. */
export function compileScenario(scenario: Scenario): CompiledScenario {
  if (!scenario.flow) return { flow: undefined, diagnostics: [], missingPermissions: [] };
  return compileFlow(scenario.flow, {
    vocabulary: FLOW_API,
    permissions: scenario.pack.trusted ? ALL_PERMISSIONS : scenario.permissions,
    pack: scenario.pack,
    configKeys: Object.keys(scenario.meta.execution?.config ?? {}),
  });
}
