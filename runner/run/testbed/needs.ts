import type { JsonObject } from "../../base/json.ts";
import type { GatewayStart } from "../../gateway/gateway.ts";
import type { ModelScript } from "../../scenario/schema/model-script-schema.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { PreparedScenario } from "../prepared.ts";
import { pluginPatches } from "./plugins.ts";
import { workspaceSeed } from "./workspace.ts";

/** What is needed of a testbed besides a channel, a model and a gateway as they come. */
export interface TestbedNeeds
  extends Partial<Pick<GatewayStart, "configPatches" | "seedWorkspace" | "env" | "release">> {
  modelScript?: ModelScript;
  /** What the scenario itself sets in the config; the gateway must read all of it. */
  ownConfig?: JsonObject;
}

/**
 * What a scenario needs of its testbed.
 * @param faults ways to break the embedded gateway besides the scenario's own
 */
export function needsOf(prepared: PreparedScenario, faults: readonly string[]): TestbedNeeds {
  const { scenario, release } = prepared;
  const ownConfig = scenario.meta.gatewayConfigPatch as JsonObject | undefined;
  return {
    modelScript: scenario.modelScript?.value,
    configPatches: [...pluginPatches(scenario), ...(ownConfig ? [ownConfig] : [])],
    ownConfig,
    seedWorkspace: workspaceSeed(prepared),
    env: { ...faultEnv([...(scenario.meta.faults ?? []), ...faults]), ...guardEnv(scenario) },
    release,
  };
}

function faultEnv(faults: readonly string[]): Record<string, string> {
  return faults.length > 0 ? { GATEWAY_FAULTS: faults.join(",") } : {};
}

/** A flow may look its guard up in the gateway's environment; that it runs at all means that it is set. */
function guardEnv(scenario: Scenario): Record<string, string> {
  const guard = scenario.meta.execution?.config?.allowEnv;
  return typeof guard === "string" ? { [guard]: "1" } : {};
}
