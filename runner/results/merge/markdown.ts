import { formatDuration, markdownTable, plural } from "../../base/text.ts";
import {
  codeCell,
  codeSpan,
  escapeCell,
  escapeText,
  fileLink,
} from "../../report/reporters/markdown/escape.ts";
import type { MergedCell, MergedGroup, MergedReport } from "./merged-schema.ts";
import { cellText, countsText, headline } from "./words.ts";

/** The merged report as a Markdown document: what is missing, what did not pass, then everything. */
export function renderMergedMarkdown(merged: MergedReport): string {
  const parts = [
    `# ${headline(merged)}`,
    ...problems(merged),
    ...failures(merged),
    ...scenarios(merged),
    groups(merged.groups),
    ...skippedJobs(merged),
    ...notes(merged),
  ];
  return `${parts.join("\n\n")}\n`;
}

function problems({ problems: found }: MergedReport): string[] {
  if (found.length === 0) return [];
  return [
    "## What is missing or does not match",
    "Nothing in a group with one of these counts as passed.",
    found
      .map(({ code, message, hint }) => `- ${codeSpan(code)} ${escapeText(message)}  \n  ${escapeText(hint)}`)
      .join("\n"),
  ];
}

function failures({ scenarios: rows }: MergedReport): string[] {
  const failed = rows.flatMap(({ id, results }) =>
    results.filter(({ verdict }) => verdict === "failed").map((cell) => ({ id, cell })),
  );
  if (failed.length === 0) return [];
  const entries = failed.map(({ id, cell }) => {
    const rerun = cell.rerun ? `  \n  ${codeSpan(cell.rerun)}` : "";
    return `- ${codeSpan(id)} on ${escapeText(cell.group)}: ${escapeCell(`${cellText(cell)}. ${cell.why ?? ""}`)}${rerun}`;
  });
  return ["## What failed", entries.join("\n")];
}

function scenarios({ scenarios: rows, groups: columns }: MergedReport): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(({ id, results }) => [
    codeCell(id),
    ...columns.map(({ name }) => cell(results.find(({ group }) => group === name))),
  ]);
  return ["## Scenarios", markdownTable(["scenario", ...columns.map(({ name }) => escapeText(name))], cells)];
}

function cell(result: MergedCell | undefined): string {
  if (!result) return "";
  const { verdict, durationMs } = result;
  const text = cellText(result);
  const shown = verdict === "passed" && !result.flaky ? text : `**${text}**`;
  return durationMs === undefined ? shown : `${shown}, ${formatDuration(durationMs)}`;
}

function groups(all: readonly MergedGroup[]): string {
  const rows = all.map((group) => [
    group.report === undefined
      ? escapeText(group.name)
      : fileLink(group.name, group.report === "." ? "report.md" : `${group.report}/report.md`),
    countsText(group),
    group.durationMs === undefined ? "" : formatDuration(group.durationMs),
    `${group.exitCode}${group.mayFail ? " (may fail)" : ""}`,
    `${plural(group.shares.length, "shard")}: ${group.shares.map(({ folder }) => codeCell(folder)).join(", ")}`,
  ]);
  return `## Groups\n\n${markdownTable(["group", "result", "time", "exit code", "from"], rows)}`;
}

function skippedJobs({ skippedJobs: jobs }: MergedReport): string[] {
  if (jobs.length === 0) return [];
  return [
    "## Jobs that were not meant to run",
    markdownTable(
      ["job", "why"],
      jobs.map(({ name, reason }) => [codeCell(name), escapeText(reason)]),
    ),
  ];
}

function notes({ notes: all }: MergedReport): string[] {
  return all.length === 0 ? [] : ["## Notes", all.map((note) => `- ${escapeText(note)}`).join("\n")];
}
