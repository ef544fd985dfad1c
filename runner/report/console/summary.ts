import { posix } from "node:path";
import type { RunReport } from "../report-schema.ts";
import { formatDuration, oneLine } from "../text.ts";
import { location } from "./failure-block.ts";
import { COLOURS, type Paint, SYMBOLS } from "./style.ts";

const VERDICTS = ["failed", "blocked", "skipped", "passed"] as const;

/** The last lines of a run: what failed and how to run it again, the counts, and where the report is. */
export function summaryLines(report: RunReport, reportFolder: string, paint: Paint): string[] {
  return [
    "",
    ...(report.scenarios.length > 1 ? failedList(report, paint) : []),
    ...(report.interrupted ? [paint("yellow", "Interrupted: the run did not come to its end.")] : []),
    `${counts(report, paint)} in ${formatDuration(report.durationMs)}`,
    `Report: ${posix.join(reportFolder, "report.md")}`,
  ];
}

/** Repeated at the end because the blocks have scrolled away by then. */
function failedList({ scenarios }: RunReport, paint: Paint): string[] {
  const failed = scenarios.filter(({ verdict }) => verdict === "failed");
  if (failed.length === 0) return [];
  const entries = failed.flatMap(({ id, failure, rerun }) => {
    const place = failure && location(failure);
    return [
      `  ${paint("red", SYMBOLS.failed)} ${id}${place ? `  ${paint("dim", place)}` : ""}`,
      ...(failure ? [`    ${oneLine(failure.message)}`] : []),
      `    ${rerun}`,
    ];
  });
  return ["Failed:", ...entries, ""];
}

function counts(report: RunReport, paint: Paint): string {
  const parts = VERDICTS.filter((verdict) => report.counts[verdict] > 0).map((verdict) =>
    paint(["bold", COLOURS[verdict]], `${report.counts[verdict]} ${verdict}`),
  );
  return parts.length > 0 ? parts.join(", ") : "Nothing ran";
}
