import { isDeepStrictEqual } from "node:util";
import { oneLine } from "../base/text.ts";
import type { AttemptReport, RunReport, ScenarioReport } from "./schema/report-schema.ts";

/** What in a run decides how the result of a scenario is worded. */
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

/** Why a pass proves less than it seems to. */
export const UNPROVEN_TEXT = {
  never: "never seen to fail",
  changed: "not seen to fail since it changed",
} as const;

/** What a verdict alone does not say: `flaky: passed on try 2 of 3`, `quarantined until … (owner: reason)`. */
export function resultNotes(scenario: ScenarioReport, run: RunFacts): string[] {
  const note = attemptsNote(scenario, run);
  const excuse = excuseFor(scenario, run);
  return [
    ...(note ? [scenario.flaky ? `flaky: ${note}` : note] : []),
    ...(scenario.unproven && scenario.verdict === "passed" ? [UNPROVEN_TEXT[scenario.unproven]] : []),
    ...(excuse ? [`quarantined until ${excuse.expires} (${excuse.owner}: ${oneLine(excuse.reason)})`] : []),
  ];
}

/** `passed`, `passed, flaky`, `failed (quarantined)`: a verdict that hides nothing. */
export function verdictText(scenario: ScenarioReport, run: RunFacts): string {
  const { verdict, flaky } = scenario;
  return `${verdict}${flaky ? ", flaky" : ""}${excuseFor(scenario, run) ? " (quarantined)" : ""}`;
}

/** The attempts that failed, including those that a later one made good. */
export function failedAttempts({ attempts }: ScenarioReport): AttemptReport[] {
  return attempts.filter(({ verdict }) => verdict === "failed");
}

/** The failed attempts, except the one whose failure is the scenario's. */
export function otherFailures(scenario: ScenarioReport): AttemptReport[] {
  const failed = failedAttempts(scenario);
  const facts = ({ failure, evidence }: Pick<AttemptReport, "failure" | "evidence">) => [failure, evidence];
  const own = failed.findIndex((attempt) => isDeepStrictEqual(facts(attempt), facts(scenario)));
  return failed.filter((_attempt, index) => index !== own);
}

type Verdict = ScenarioReport["verdict"];

/** What needs a person comes first. */
export const READING_ORDER: readonly Verdict[] = ["failed", "blocked", "skipped", "passed"];

/** The verdicts that occur, with their counts: `2 failed (1 quarantined)`, `5 passed (1 flaky)`. */
export function countTexts(report: RunReport): { verdict: Verdict; text: string }[] {
  return countsInWords(report.counts, quarantinedIn(report));
}

/** How many of a run's failures its quarantine excuses. */
export function quarantinedIn(report: RunReport): number {
  return report.scenarios.filter((scenario) => excuseFor(scenario, report)).length;
}

/** The same, from counts alone. */
export function countsInWords(
  counts: RunReport["counts"],
  quarantined: number,
): { verdict: Verdict; text: string }[] {
  const asides: Partial<Record<Verdict, string>> = {
    failed: quarantined > 0 ? ` (${quarantined} quarantined)` : "",
    passed: counts.flaky > 0 ? ` (${counts.flaky} flaky)` : "",
  };
  return READING_ORDER.filter((verdict) => counts[verdict] > 0).map((verdict) => ({
    verdict,
    text: `${counts[verdict]} ${verdict}${asides[verdict] ?? ""}`,
  }));
}

/** What became of a gateway that is shared, in words. */
export function sharingNote({ goesOn, because, putBack }: NonNullable<ScenarioReport["sharing"]>): string {
  if (!goesOn) return `its gateway is not shared: ${because}`;
  if (putBack.length === 0) return "its gateway goes on: it is as it was";
  return `its gateway goes on, put back: ${putBack.join("; ")}`;
}
