import { excuseFor } from "./attempts.ts";
import type { RunReport, ScenarioReport } from "./report-schema.ts";

type Verdict = ScenarioReport["verdict"];

/** What needs a person comes first. */
export const READING_ORDER: readonly Verdict[] = ["failed", "blocked", "skipped", "passed"];

/** The verdicts that occur with how often they do: `2 failed (1 quarantined)`, `5 passed (1 flaky)`. */
export function countTexts(report: RunReport): { verdict: Verdict; text: string }[] {
  const { counts, scenarios } = report;
  const quarantined = scenarios.filter((scenario) => excuseFor(scenario, report)).length;
  const asides: Partial<Record<Verdict, string>> = {
    failed: quarantined > 0 ? ` (${quarantined} quarantined)` : "",
    passed: counts.flaky > 0 ? ` (${counts.flaky} flaky)` : "",
  };
  return READING_ORDER.filter((verdict) => counts[verdict] > 0).map((verdict) => ({
    verdict,
    text: `${counts[verdict]} ${verdict}${asides[verdict] ?? ""}`,
  }));
}
