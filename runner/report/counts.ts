import { excuseFor } from "./attempts.ts";
import type { RunReport, ScenarioReport } from "./schema/report-schema.ts";

type Verdict = ScenarioReport["verdict"];

/** What needs a person comes first. */
export const READING_ORDER: readonly Verdict[] = ["failed", "blocked", "skipped", "passed"];

/** The verdicts that occur with how often they do: `2 failed (1 quarantined)`, `5 passed (1 flaky)`. */
export function countTexts(report: RunReport): { verdict: Verdict; text: string }[] {
  return countsInWords(report.counts, quarantinedIn(report));
}

/** How many of a run's failures its quarantine excuses. */
export function quarantinedIn(report: RunReport): number {
  return report.scenarios.filter((scenario) => excuseFor(scenario, report)).length;
}

/** The same of counts alone. */
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
