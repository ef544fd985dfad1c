import { oneLine } from "../base/text.ts";
import type { RunReport, ScenarioReport } from "../report/schema/report-schema.ts";
import type { GatewayRun } from "./gateway-run.ts";
import type { ParityResult, ParityScenario } from "./parity-schema.ts";

/** Verdicts that say something about the gateway, so that gateways can differ in them. */
const CONCLUSIVE: ReadonlySet<ParityResult["verdict"]> = new Set(["passed", "failed", "skipped", "blocked"]);

/** One entry per scenario of any run, in the order in which the runs name them. */
export function compareVerdicts(runs: readonly GatewayRun[]): ParityScenario[] {
  const known = new Map<string, ScenarioReport>();
  for (const { report } of runs) {
    for (const scenario of report?.scenarios ?? []) {
      if (!known.has(scenario.id)) known.set(scenario.id, scenario);
    }
  }
  return [...known.values()].map(({ id, title }) => compareScenario(id, title, runs));
}

/** At least two gateways came to a verdict, and it ran on one of them. */
export function isCompared({ results }: ParityScenario): boolean {
  const conclusive = results.filter(({ verdict }) => CONCLUSIVE.has(verdict));
  return conclusive.length > 1 && results.some(ran);
}

/** It ran to its end on at least two gateways, so that what they did can be compared. */
export function ranTwice({ results }: ParityScenario): boolean {
  return results.filter(ran).length > 1;
}

function ran({ verdict }: ParityResult): boolean {
  return verdict === "passed" || verdict === "failed";
}

/** Whether a scenario that was asked for by its id was skipped or blocked on one of the gateways. */
export function lacksNamed(runs: readonly GatewayRun[]): boolean {
  return runs.some(({ report }) =>
    report?.scenarios.some(({ named, verdict }) => named && (verdict === "skipped" || verdict === "blocked")),
  );
}

function compareScenario(id: string, title: string, runs: readonly GatewayRun[]): ParityScenario {
  const reports = runs.map(({ report }) => report?.scenarios.find((scenario) => scenario.id === id));
  const results = runs.map((run, index) => resultOf(run, reports[index]));
  const verdicts = new Set(
    results.map(({ verdict }) => verdict).filter((verdict) => CONCLUSIVE.has(verdict)),
  );
  const firstDifference = firstDifferentStep(reports.map((report) => report?.steps ?? []));
  return {
    id,
    title,
    results,
    same: verdicts.size <= 1,
    ...(firstDifference ? { firstDifference } : {}),
  };
}

function resultOf(run: GatewayRun, report: ScenarioReport | undefined): ParityResult {
  if (!report) return { verdict: run.report ? "left-out" : "not-run" };
  if (notReached(report, run.report)) return { verdict: "not-run" };
  const { verdict, durationMs, failure, fault, flaky } = report;
  const reason = failure ? `${failure.message} [${failure.code}]` : report.reason;
  return {
    verdict,
    durationMs,
    ...(flaky ? { flaky } : {}),
    ...(fault ? { fault } : {}),
    ...(reason === undefined ? {} : { reason: oneLine(reason) }),
  };
}

/** A scenario that an interrupt kept from starting is reported as skipped. */
function notReached({ verdict, steps }: ScenarioReport, run: RunReport | undefined): boolean {
  return run?.interrupted === true && verdict === "skipped" && steps.length === 0;
}

/** Steps are the same everywhere: they come from the scenario's file. */
function firstDifferentStep(
  runs: readonly ScenarioReport["steps"][],
): NonNullable<ParityScenario["firstDifference"]> | undefined {
  const longest = runs.reduce((best, steps) => (steps.length > best.length ? steps : best), []);
  for (const [index, { name }] of longest.entries()) {
    const statuses = runs.map((steps) => (steps.length === 0 ? "" : (steps[index]?.status ?? "not-reached")));
    if (new Set(statuses.filter((status) => status !== "")).size > 1) return { index, name, statuses };
  }
  return undefined;
}
