import { posix } from "node:path";
import { formatDuration, inShort } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import { whyUnreliable } from "../../exit-code.ts";
import { attemptsNote, countTexts, excuseFor } from "../../outcomes.ts";
import type { RunReport } from "../../schema/report-schema.ts";
import { location } from "./failure-block.ts";
import { COLOURS, type Paint, SYMBOLS } from "./style.ts";

/** The last lines of a run: what failed or was flaky and how to run it again, the counts, and where the report is. */
export function summaryLines(report: RunReport, reportFolder: string, paint: Paint): string[] {
  return [
    "",
    ...(report.scenarios.length > 1 ? [...failedList(report, paint), ...flakyList(report, paint)] : []),
    ...(report.interrupted ? [paint("yellow", "Interrupted: the run did not finish.")] : []),
    ...unreliability(report, paint),
    `${counts(report, paint)} in ${formatDuration(report.durationMs)}`,
    `Report: ${posix.join(reportFolder, "report.html")}`,
  ];
}

/** Why the exit code is 4, where no failed scenario says so. */
function unreliability(report: RunReport, paint: Paint): string[] {
  const why = whyUnreliable(report);
  return why === undefined ? [] : [paint("yellow", `No result to rely on: ${inShort(why)}.`)];
}

/** Repeated at the end because the blocks have scrolled away by then. */
function failedList(report: RunReport, paint: Paint): string[] {
  const failed = report.scenarios.filter(({ verdict }) => verdict === "failed");
  if (failed.length === 0) return [];
  const entries = failed.flatMap((scenario) => {
    const { id, failure, rerun } = scenario;
    const place = failure && location(failure);
    const excuse = excuseFor(scenario, report) ? `  ${paint("yellow", "quarantined")}` : "";
    return [
      `  ${paint("red", SYMBOLS.failed)} ${id}${place ? `  ${paint("dim", place)}` : ""}${excuse}`,
      ...(failure ? [`    ${inShort(headlineOf(failure))}`] : []),
      `    ${rerun}`,
    ];
  });
  return ["Failed:", ...entries, ""];
}

/** What passed after a failure matters as well, although it counts as passed. */
function flakyList(report: RunReport, paint: Paint): string[] {
  const flaky = report.scenarios.filter((scenario) => scenario.flaky && scenario.verdict === "passed");
  if (flaky.length === 0) return [];
  const entries = flaky.map(
    (scenario) => `  ${paint("yellow", "~")} ${scenario.id}  ${attemptsNote(scenario, report)}`,
  );
  return ["Flaky:", ...entries, ""];
}

function counts(report: RunReport, paint: Paint): string {
  const parts = countTexts(report).map(({ verdict, text }) => paint(["bold", COLOURS[verdict]], text));
  return parts.length > 0 ? parts.join(", ") : "Nothing ran";
}
