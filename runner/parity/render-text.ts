import { plural, shorten } from "../base/text.ts";
import { groupsOf } from "./brief.ts";
import type { ParityReport } from "./parity-schema.ts";
import { headline, resultText } from "./render-markdown.ts";

/** Longer lists of paths end in "and n more": parity.md has them all. */
const MOST_PATHS = 6;
const LONGEST_REASON = 160;

/** The parity report for a terminal: the table of verdicts, and what differs in brief. */
export function renderText(report: ParityReport): string {
  const sections = [
    problems(report),
    verdicts(report),
    reasons(report),
    answers(report),
    [headline(report)],
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function problems({ gateways }: ParityReport): string[] {
  return gateways.flatMap(({ name, problem }) => (problem ? [`! ${name}: ${problem}`] : []));
}

function verdicts({ gateways, scenarios }: ParityReport): string[] {
  const rows = scenarios.map(({ id, results, same, firstDifference }) => [
    `${same ? " " : "≠"} ${id}`,
    ...results.map(resultText),
    firstDifference?.name ?? "",
  ]);
  return aligned([["  scenario", ...gateways.map(({ name }) => name), "first difference"], ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function reasons({ gateways, scenarios }: ParityReport): string[] {
  return scenarios.flatMap(({ id, results }) =>
    results.flatMap(({ verdict, reason }, index) =>
      reason === undefined
        ? []
        : [`${id} ${verdict} on ${gateways[index]?.name}: ${shorten(reason, LONGEST_REASON)}`],
    ),
  );
}

function answers({ gateways, methods }: ParityReport): string[] {
  const first = gateways[0]?.name ?? "";
  return methods.flatMap((method) => {
    if (method.differences.length === 0) return [];
    return [
      `${method.method}: ${plural(method.differences.length, "difference")} in shape`,
      ...groupsOf(method, first).map(([what, paths]) => `    ${what}: ${list(paths)}`),
    ];
  });
}

function list(paths: readonly string[]): string {
  const more = paths.length - MOST_PATHS;
  const shown = paths.slice(0, MOST_PATHS).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
