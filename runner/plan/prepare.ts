import { VOCABULARY } from "../actions/vocabulary.ts";
import { compileFlow } from "../flow/compile.ts";
import type { CompiledFlow } from "../flow/types.ts";
import type { Diagnostic } from "../scenario/source.ts";
import type { Scenario } from "../scenario/types.ts";

export interface CompiledScenario {
  /** Absent when it has errors, or for scenarios that another program carries out. */
  flow: CompiledFlow | undefined;
  diagnostics: Diagnostic[];
}

/** Compiles a scenario's flow against the vocabulary; everything wrong with it becomes a diagnostic. */
export function compileScenario(scenario: Scenario): CompiledScenario {
  if (!scenario.flow) return { flow: undefined, diagnostics: [] };
  const { flow, diagnostics } = compileFlow(scenario.flow, {
    vocabulary: VOCABULARY,
    permissions: scenario.permissions,
    foreign: scenario.pack.foreign,
    configKeys: Object.keys(scenario.meta.execution?.config ?? {}),
  });
  return { flow, diagnostics };
}
