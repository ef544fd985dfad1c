import { firstWrite } from "../flow/effects.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import type { Scenario } from "../scenario/types.ts";
import { compileScenario } from "./compile.ts";

/** The scenario, with whether it may share a testbed; one whose pack seeds the agent's workspace never may. */
export function withSharing(prepared: PreparedScenario): PreparedScenario {
  const { scenario, flow, pack } = prepared;
  return { ...prepared, sharable: flow !== undefined && !pack && mayShareGateway(scenario) };
}

/**
 * Whether a scenario may run on a gateway that others have used and will use: it brings nothing of its own to its
 * start, and does no more than read and talk.
 */
function mayShareGateway(scenario: Scenario): boolean {
  const { gatewayConfigPatch, plugins, skills, faults, http, env, secrets, execution, surface, surfaces } =
    scenario.meta;
  if (gatewayConfigPatch || plugins?.length || skills || faults?.length || http || env || secrets)
    return false;
  if (execution?.suiteIsolation === "isolated" || execution?.config?.allowEnv !== undefined) return false;
  // What the agent remembers outlives its sessions.
  if ([surface, ...(surfaces ?? [])].includes("memory")) return false;
  return firstWrite(compileScenario(scenario), { mayConverse: true }) === undefined;
}
