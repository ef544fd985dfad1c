import type { AttemptReport, RunReport, ScenarioReport } from "./report-schema.ts";

/** What of a run decides how the result of a scenario is put. */
export type RunFacts = Pick<RunReport, "policy" | "quarantine">;

/**
 * How the attempts of a scenario went, where there was more than one: `passed on try 2 of 3`,
 * `failed on all 3 tries`, `failed in 3 of 50`.
 */
export function attemptsNote(scenario: ScenarioReport, { policy }: RunFacts): string | undefined {
  const { verdict, attempts } = scenario;
  const count = attempts.length;
  if (count < 2) return undefined;
  const failed = failedAttempts(scenario).length;
  if (policy && policy.repeat > 1) {
    return failed > 0 ? `failed in ${failed} of ${count}` : `${verdict} in ${count} of ${count}`;
  }
  if (failed === count) return `failed on all ${count} tries`;
  return `${verdict} on try ${count}${policy ? ` of ${policy.retries + 1}` : ""}`;
}

/** The quarantine entry that excuses the scenario's failure. */
export function excuseFor({ id, verdict }: ScenarioReport, { quarantine }: RunFacts) {
  return verdict === "failed" ? quarantine?.find((entry) => entry.id === id) : undefined;
}

/** `passed`, `passed, flaky`, `failed (quarantined)`: a verdict that hides nothing. */
export function verdictText(scenario: ScenarioReport, run: RunFacts): string {
  const { verdict, flaky } = scenario;
  return `${verdict}${flaky ? ", flaky" : ""}${excuseFor(scenario, run) ? " (quarantined)" : ""}`;
}

/** The attempts that failed, also those that a later one made good. */
export function failedAttempts({ attempts }: ScenarioReport): AttemptReport[] {
  return attempts.filter(({ verdict }) => verdict === "failed");
}
