import type { RunReport } from "./report-schema.ts";

/** What the exit code of a finished run can be; 2 (usage) and 3 (invalid scenario file) end earlier. */
export type RunExitCode = 0 | 1 | 4 | 130;

/**
 * The exit code of a run; of several that apply, the highest.
 *
 * - 130: interrupted.
 * - 4: the result cannot be relied on, also because something of a scenario was not torn down. A scenario
 *   failed by fault of the harness or the environment; one that was asked for by its id was skipped or
 *   blocked; nothing passed although something was blocked; there was nothing to run; or a reporter failed.
 * - 1: a scenario failed by fault of the product or of the scenario itself, or was flaky where the run's
 *   policy does not let that pass.
 * - 0: everything that had to pass did. What was only matched, by --all, --tag or a glob, may be skipped,
 *   and what is in quarantine may fail.
 */
export function exitCodeFor(
  report: Pick<RunReport, "interrupted" | "scenarios" | "policy" | "quarantine">,
  harnessFailures: number,
): RunExitCode {
  const { scenarios } = report;
  const excused = new Set(report.quarantine?.map(({ id }) => id));
  const failed = scenarios.filter(({ id, verdict }) => verdict === "failed" && !excused.has(id));
  const blameless = failed.filter(({ fault }) => fault !== "product" && fault !== "scenario");
  // What failures kept from being begun is their consequence, not a result of its own.
  const bail = report.policy?.bail;
  const bailed = bail !== undefined && failed.length >= bail;
  const namedWithoutResult = scenarios.some(
    ({ named, verdict }) => named && ((verdict === "skipped" && !bailed) || verdict === "blocked"),
  );
  const nothingPassed = !scenarios.some(({ verdict }) => verdict === "passed");
  const onlyBlocked = nothingPassed && scenarios.some(({ verdict }) => verdict === "blocked");
  const flaky = scenarios.filter((scenario) => scenario.flaky && !excused.has(scenario.id));

  if (report.interrupted) return 130;
  if (harnessFailures > 0 || scenarios.length === 0) return 4;
  if (scenarios.some(({ cleanupProblems }) => cleanupProblems.length > 0)) return 4;
  if (blameless.length > 0 || namedWithoutResult || onlyBlocked) return 4;
  return failed.length > 0 || (report.policy?.failOnFlaky && flaky.length > 0) ? 1 : 0;
}
