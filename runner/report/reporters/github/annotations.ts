import { resolve } from "node:path";
import { displayPath, isWithin } from "../../../base/paths.ts";
import { oneLine, shorten } from "../../../base/text.ts";
import { chainText, headlineOf } from "../../chain-text.ts";
import { whyUnreliable } from "../../exit-code.ts";
import { attemptsNote, excuseFor, failedAttempts } from "../../outcomes.ts";
import type { RunReport, ScenarioReport } from "../../schema/report-schema.ts";
import { location } from "../console/failure-block.ts";
import type { Annotation } from "./commands.ts";

/** Of each level in one step; the service drops the others. */
const MOST_OF_A_LEVEL = 10;
const LONGEST_FACT = 500;

type Failure = NonNullable<ScenarioReport["failure"]>;

/** Where files of scenarios are. */
export interface Places {
  /** Absolute; file names of scenarios are relative to it. */
  cwd: string;
  /** Absolute; root of the checkout. */
  workspace: string;
}

/**
 * Failures as errors; flaky, quarantined and blocked scenarios as warnings. Never more than the service
 * shows: the last one of a level then names those that are left out.
 */
export function annotationsFor(report: RunReport, places: Places): Annotation[] {
  const all = [
    ...ofTheRun(report),
    ...report.scenarios.flatMap((scenario) => annotate(scenario, report, places)),
  ];
  return (["error", "warning"] as const).flatMap((level) =>
    limited(
      level,
      all.filter((annotation) => annotation.level === level),
    ),
  );
}

/** A run that is red for a reason that no scenario is annotated with. */
function ofTheRun(report: RunReport): Annotation[] {
  const why = whyUnreliable(report);
  return why === undefined ? [] : [{ level: "error", title: "no result to rely on", message: why }];
}

function limited(level: Annotation["level"], annotations: Annotation[]): Annotation[] {
  if (annotations.length <= MOST_OF_A_LEVEL) return annotations;
  const shown = annotations.slice(0, MOST_OF_A_LEVEL - 1);
  const hidden = annotations.slice(shown.length);
  const message = hidden.map(({ title }) => title).join("\n");
  return [...shown, { level, title: `${hidden.length} more`, message }];
}

function annotate(scenario: ScenarioReport, report: RunReport, places: Places): Annotation[] {
  const { id, verdict, flaky, failure, reason } = scenario;
  const note = attemptsNote(scenario, report);
  if (verdict === "failed") {
    const excuse = excuseFor(scenario, report);
    const title = excuse ? `failed in quarantine (${excuse.owner}, until ${excuse.expires})` : "failed";
    return [
      {
        level: excuse ? "warning" : "error",
        title: `${title}: ${id}`,
        message: message(scenario, failure, note),
        ...place(scenario, failure, places),
      },
    ];
  }
  if (flaky) {
    const first = failedAttempts(scenario)[0]?.failure;
    const annotation = {
      title: `flaky: ${id}`,
      message: message(scenario, first, note),
      ...place(scenario, first, places),
    };
    return [{ level: "warning", ...annotation }];
  }
  if (verdict === "blocked") {
    const annotation = { title: `blocked: ${id}`, message: reason ?? "no reason given" };
    return [{ level: "warning", ...annotation, ...place(scenario, undefined, places) }];
  }
  return [];
}

function message({ steps, rerun }: ScenarioReport, failure: Failure | undefined, note = ""): string {
  const { step, expected, seen, hint } = failure ?? {};
  const facts: [string, string | undefined][] = [
    ["", note],
    ["", failure && headlineOf(failure)],
    ["", failure?.note],
    ["", failure?.headline && failure.message],
    ["chain", failure?.chain && chainText(failure.chain)],
    ["step", step && `${step.index + 1} of ${steps.length}, ${oneLine(step.name)}`],
    ["at", failure && location(failure)],
    ["expected", expected],
    ["seen", seen],
    ["hint", hint],
    ["run again", rerun],
  ];
  return facts
    .filter(([, fact]) => fact !== undefined && fact !== "")
    .map(([label, fact = ""]) => `${label}${label && ": "}${shorten(fact, LONGEST_FACT)}`)
    .join("\n");
}

/** An annotation can only stand in a file of the checkout. */
function place(scenario: ScenarioReport, failure: Failure | undefined, { cwd, workspace }: Places) {
  const file = failure?.file ?? scenario.file;
  const path = resolve(cwd, file);
  if (file === "" || !isWithin(path, workspace)) return {};
  // Without a position it is the file as a whole that failed, as when the gateway did not start.
  const { line, column } = failure?.position ?? { line: 1 };
  return { file: displayPath(path, workspace), line, column };
}
