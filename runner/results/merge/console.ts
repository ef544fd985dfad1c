import { posix } from "node:path";
import { EXIT } from "../../base/exit-codes.ts";
import { formatDuration, inShort, oneLine } from "../../base/text.ts";
import { COLOURS, type Paint, SYMBOLS } from "../../report/reporters/console/style.ts";
import type { CellVerdict } from "./cells.ts";
import type { MergedReport } from "./merged-schema.ts";
import { cellText, countsText, headline } from "./words.ts";

type Style = Parameters<Paint>[0];

const CELL_STYLES: Record<CellVerdict, { symbol: string; colour: Style }> = {
  failed: { symbol: SYMBOLS.failed, colour: COLOURS.failed },
  missing: { symbol: "?", colour: "red" },
  unconfirmed: { symbol: "?", colour: "yellow" },
  blocked: { symbol: SYMBOLS.blocked, colour: COLOURS.blocked },
  skipped: { symbol: SYMBOLS.skipped, colour: COLOURS.skipped },
  passed: { symbol: SYMBOLS.passed, colour: COLOURS.passed },
};

/** What a reader has to know about a merge: what is missing first, then what failed, then the counts. */
export function mergedLines(merged: MergedReport, outFolder: string, paint: Paint): string[] {
  return [
    ...problemLines(merged, paint),
    ...failedLines(merged, paint),
    ...merged.skippedJobs.map(({ name, reason }) =>
      paint("dim", `- ${name} was not meant to run: ${oneLine(reason)}`),
    ),
    ...merged.notes.map((note) => paint("dim", `note: ${oneLine(note)}`)),
    ...groupLines(merged, paint),
    "",
    `${paint("bold", headline(merged))}`,
    `Report: ${posix.join(outFolder, "merged.md")}`,
  ];
}

function problemLines({ problems }: MergedReport, paint: Paint): string[] {
  if (problems.length === 0) return [];
  const entries = problems.flatMap(({ code, message, hint }) => [
    `  ${paint("red", SYMBOLS.failed)} ${oneLine(message)}  ${paint("dim", `[${code}]`)}`,
    `    ${hint}`,
  ]);
  return ["Missing or mismatched; nothing in such a group counts as passed:", ...entries, ""];
}

function failedLines({ scenarios }: MergedReport, paint: Paint): string[] {
  const entries = scenarios.flatMap(({ id, results }) =>
    results
      .filter(({ verdict, flaky }) => verdict === "failed" || (verdict === "passed" && flaky))
      .flatMap((cell) => {
        const { symbol, colour } = CELL_STYLES[cell.verdict];
        const why = cell.verdict === "failed" && cell.why ? [`    ${inShort(cell.why)}`] : [];
        const rerun = cell.verdict === "failed" && cell.rerun ? [`    ${cell.rerun}`] : [];
        return [`  ${paint(colour, symbol)} ${id} on ${cell.group}: ${cellText(cell)}`, ...why, ...rerun];
      }),
  );
  return entries.length === 0 ? [] : ["Failed or flaky:", ...entries, ""];
}

function groupLines({ groups }: MergedReport, paint: Paint): string[] {
  return groups.map((group) => {
    const verdict = group.complete ? (group.exitCode === EXIT.passed ? "passed" : "failed") : "missing";
    const { symbol, colour } = CELL_STYLES[verdict];
    const time = group.durationMs === undefined ? "" : `  ${paint("dim", formatDuration(group.durationMs))}`;
    const leave = group.mayFail ? "  (may fail)" : "";
    return `${paint(colour, symbol)} ${group.name}  ${countsText(group)}${leave}${time}`;
  });
}
