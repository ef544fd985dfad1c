import { formatDuration, oneLine, shorten } from "../../../base/text.ts";
import { type RunFacts, resultNotes, sharingNote } from "../../outcomes.ts";
import type { ScenarioReport, StepReport } from "../../schema/report-schema.ts";
import { COLOURS, type Paint, SYMBOLS } from "./style.ts";

const LONGEST_STEP_NAME = 72;
const LONGEST_DETAILS = 100;

/** How the lines of one run are laid out. */
export interface Layout {
  paint: Paint;
  /** Width of the id column; 0 where there is nothing to align with. */
  idWidth: number;
}

/** The one line that says how a scenario ended. */
export function scenarioLine(scenario: ScenarioReport, run: RunFacts, { paint, idWidth }: Layout): string {
  const { verdict } = scenario;
  const symbol = paint(COLOURS[verdict], SYMBOLS[verdict]);
  const id = scenario.id.padEnd(idWidth);
  if (verdict === "skipped" || verdict === "blocked") {
    const reason = oneLine(scenario.reason ?? "no reason given");
    return `${symbol} ${id}  ${verdict.padStart(idWidth > 0 ? 8 : 0)}  ${paint("dim", reason)}`;
  }
  const duration = formatDuration(scenario.durationMs).padStart(idWidth > 0 ? 8 : 0);
  const result = resultNotes(scenario, run).join(", ");
  const gateway = gatewayNote(scenario);
  return [
    `${symbol} ${id}  ${duration}`,
    ...(result ? [paint("yellow", result)] : []),
    ...(gateway ? [paint("dim", gateway)] : []),
  ].join("  ");
}

/** `(embedded 1.0.0, ready 121 ms)` */
function gatewayNote({ gateway }: ScenarioReport): string {
  if (!gateway) return "";
  const { target, version, readyMs } = gateway;
  const product = target.includes(version) ? target : `${target} ${version}`;
  return `(${product}, ready ${formatDuration(readyMs)})`;
}

/** One indented line per step. */
export function stepLines(steps: readonly StepReport[], paint: Paint): string[] {
  const names = steps.map((step) => shorten(oneLine(step.name), LONGEST_STEP_NAME));
  const width = Math.max(0, ...names.map((name) => name.length));
  return steps.map((step, index) => {
    const symbol = paint(COLOURS[step.status], SYMBOLS[step.status]);
    const name = names[index] ?? "";
    if (step.durationMs === undefined) return `    ${symbol} ${paint("dim", name)}`;
    const details = step.details ? shorten(oneLine(step.details), LONGEST_DETAILS) : "";
    const line = `    ${symbol} ${name.padEnd(width)}  ${formatDuration(step.durationMs).padStart(8)}`;
    return details ? `${line}  ${paint("dim", details)}` : line;
  });
}

/**
 * Teardown problems and leaks, which do not change a verdict but are never hidden, and what became of a gateway that is
 * shared.
 */
export function cleanupLines(
  { cleanupProblems, leaks = [], sharing }: ScenarioReport,
  paint: Paint,
): string[] {
  const line = (kind: string) => (what: string) => `    ${paint("yellow", "!")} ${kind}: ${oneLine(what)}`;
  return [
    ...cleanupProblems.map(line("clean-up")),
    ...leaks.map(line("leak")),
    ...(sharing ? [`    ${paint("dim", oneLine(sharingNote(sharing)))}`] : []),
  ];
}
