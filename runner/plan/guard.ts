import type { OwnRelease } from "../gateway/gateway.ts";
import type { Environment } from "../gateway/process/env.ts";
import type { Scenario } from "../scenario/types.ts";

/** The environment variable that must be `1` before a destructive scenario may run. */
export function guardOf(scenario: Scenario): string | undefined {
  const guard = scenario.meta.execution?.config?.allowEnv;
  return typeof guard === "string" ? guard : undefined;
}

/** Why a destructive scenario must not run in this environment; undefined if it may, or is not destructive. */
export function missingGuard(
  scenario: Scenario,
  env: Environment,
): { reason: string; hint: string } | undefined {
  if (!isDestructive(scenario)) return undefined;
  const guard = guardOf(scenario);
  if (!guard) {
    return {
      reason: "destructive, but names no guard variable",
      hint: "Give it execution.config.allowEnv, the variable that allows it.",
    };
  }
  if (env[guard] === "1") return undefined;
  return { reason: `guarded by ${guard}`, hint: `Set ${guard}=1 to run it.` };
}

/** Whether it may break the install that its gateway runs from. */
export function isDestructive(scenario: Scenario): boolean {
  return scenario.meta.risk === "destructive" || guardOf(scenario) !== undefined;
}

/** The install that a destructive scenario gets for itself. */
export function releaseOf(scenario: Scenario): OwnRelease | undefined {
  if (!isDestructive(scenario)) return undefined;
  const { sourceVersion, targetTag, targets } = scenario.meta.execution?.config ?? {};
  return {
    version: textOf(sourceVersion),
    updateTo: textOf(targetTag),
    ...(Array.isArray(targets) ? { targets: targets.map(String) } : {}),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
