import { EXIT } from "../base/exit-codes.ts";
import type { RunReport, ScenarioReport } from "./schema/report-schema.ts";

/** What the exit code of a finished run can be; a usage error and an invalid file end it earlier. */
export type RunExitCode = (typeof EXIT)["passed" | "failed" | "harness" | "interrupted"];

/**
 * The exit code of a run; of several that apply, the highest.
 *
 * - 130: interrupted.
 * - 4: the result cannot be relied on. Something of a scenario was not torn down; a scenario failed or was blocked
 *   through the harness or the environment; one that was asked for by its id was skipped or blocked; nothing passed
 *   although something was blocked; there was nothing to run; or a reporter failed.
 * - 1: a scenario failed through the product or the scenario itself, or was flaky where the run's
 *   policy does not let that pass.
 * - 0: everything that had to pass did. What was only matched, by --all, --tag or a glob, may be skipped,
 *   and what is in quarantine may fail.
 */
export function exitCodeFor(report: Outcome, harnessFailures: number): RunExitCode {
  if (report.interrupted) return EXIT.interrupted;
  if (harnessFailures > 0 || blamelessFailures(report).length > 0 || doubts(report).length > 0)
    return EXIT.harness;
  const { policy, scenarios } = report;
  const flaky = scenarios.some((scenario) => scenario.flaky && !isExcused(scenario, report));
  return failures(report).length > 0 || (policy?.failOnFlaky && flaky) ? EXIT.failed : EXIT.passed;
}

/** What formats that have nothing but test cases call the run where it has one. */
export const RUN_ITSELF = "the run itself";

/**
 * Why a run ended with 4, where no failed scenario says so, in words: `a-id left something behind: …`.
 * @returns undefined for any other run
 */
export function whyUnreliable(report: Outcome & Pick<RunReport, "exitCode">): string | undefined {
  if (report.exitCode !== EXIT.harness || blamelessFailures(report).length > 0) return undefined;
  return doubts(report).join("; ") || OUTSIDE;
}

type Outcome = Pick<RunReport, "interrupted" | "scenarios" | "policy" | "quarantine">;

const OUTSIDE =
  "something besides the scenarios failed: a reporter, the run's own teardown or its time limit; the output of the run says what";

function isExcused({ id }: ScenarioReport, { quarantine = [] }: Outcome): boolean {
  return quarantine.some((entry) => entry.id === id);
}

function failures(report: Outcome): ScenarioReport[] {
  return report.scenarios.filter((scenario) => scenario.verdict === "failed" && !isExcused(scenario, report));
}

/** Neither the product nor the scenario is to blame: what was to be tested could not be. */
function blamelessFailures(report: Outcome): ScenarioReport[] {
  return failures(report).filter(({ fault }) => fault !== "product" && fault !== "scenario");
}

/** What makes a result unreliable, other than failures. */
function doubts(report: Outcome): string[] {
  const { scenarios, policy } = report;
  if (scenarios.length === 0) return ["nothing ran"];
  // A scenario that failures kept from starting is their consequence, not a result of its own.
  const bailed = policy?.bail !== undefined && failures(report).length >= policy.bail;
  const withoutResult = scenarios.filter(
    ({ named, verdict }) => named && ((verdict === "skipped" && !bailed) || verdict === "blocked"),
  );
  // It could have run here: matched or named, nobody knows how it would have ended.
  const open = scenarios.filter(({ named, verdict, fault }) => !named && verdict === "blocked" && fault);
  const has = (wanted: ScenarioReport["verdict"]) => scenarios.some(({ verdict }) => verdict === wanted);
  return [
    ...scenarios
      .filter(({ cleanupProblems }) => cleanupProblems.length > 0)
      .map(({ id, cleanupProblems }) => `${id} left something behind: ${cleanupProblems.join(", ")}`),
    ...withoutResult.map(
      ({ id, verdict, reason = "" }) => `${id} was asked for and is ${verdict}: ${reason.replace(/\.$/, "")}`,
    ),
    ...open.map(({ id, reason }) => `${id} could not be tested: ${reason ?? ""}`),
    ...(!has("passed") && has("blocked") ? ["nothing passed, and something was blocked"] : []),
  ];
}
