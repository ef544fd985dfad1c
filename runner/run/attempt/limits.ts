import type { Scenario } from "../../scenario/types.ts";

/** Watchdogs of a scenario, in milliseconds; each trails the one inside it. */
export interface ScenarioLimits {
  actionMs: number;
  stepMs: number;
  scenarioMs: number;
  /** For the `finally` blocks of a flow that was cut off. */
  cleanupMs: number;
}

/** The limits of a scenario that states none. Waits carry their own, and their watchdogs trail those. */
const DEFAULTS: ScenarioLimits = {
  actionMs: 60_000,
  stepMs: 180_000,
  scenarioMs: 600_000,
  cleanupMs: 20_000,
};
/** Time to end what a flow left running: probes, timers. The testbed goes on a budget of its own. */
export const TEARDOWN_MS = 5_000;
/** A limit that the scenario states is about its own timeouts: the watchdog comes after them. */
const GRACE_MS = 5_000;

export function limitsOf(execution: Scenario["meta"]["execution"]): ScenarioLimits {
  const { timeoutMs, stepTimeoutMs, actionTimeoutMs } = execution ?? {};
  return {
    actionMs: actionTimeoutMs ?? DEFAULTS.actionMs,
    stepMs: stepTimeoutMs ?? DEFAULTS.stepMs,
    scenarioMs: timeoutMs === undefined ? DEFAULTS.scenarioMs : timeoutMs + GRACE_MS,
    cleanupMs: DEFAULTS.cleanupMs,
  };
}
