import { formatDuration, oneLine } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import { whyUnreliable } from "../../exit-code.ts";
import { attemptsNote, countTexts, verdictText } from "../../outcomes.ts";
import type { RunReport, ScenarioReport } from "../../schema/report-schema.ts";
import { failureLines } from "../agent/block.ts";
import { codeBlock, codeCell, codeSpan, escapeCell, escapeText } from "../markdown/escape.ts";

/** Of a comment on a pull request. */
const LARGEST_COMMENT = 65_536;
const CUT = "\n*The rest did not fit into the summary of this step. It is in the report.*\n";

/**
 * The report as the Markdown of a job summary: a table of all scenarios, then what failed or was flaky with
 * the command to run it again.
 * @param budget most bytes; what does not fit is left out from the end, with a note
 * @returns undefined if not even that note fits
 */
export function renderSummary(report: RunReport, budget: number): string | undefined {
  return cutTo([title(report), ...table(report), ...problems(report)], budget);
}

/** The same for a comment on a pull request. */
export function renderComment(report: RunReport): string {
  return renderSummary(report, LARGEST_COMMENT) ?? "";
}

function title(report: RunReport): string {
  const counts = countTexts(report).map(({ text }) => text);
  const what = counts.length > 0 ? counts.join(", ") : "nothing ran";
  const interrupted = report.interrupted ? " **Interrupted.**" : "";
  const name = escapeText(report.job ?? report.gateway);
  const took = `${formatDuration(report.durationMs)}, exit code ${report.exitCode}.${interrupted}`;
  const why = whyUnreliable(report);
  const doubt = why === undefined ? "" : `**No result to rely on:** ${escapeText(oneLine(why))}.\n\n`;
  const allowed = (report.allowed ?? []).map((sentence) => `${escapeText(sentence)}.\n\n`).join("");
  return `## ${name}: ${what}\n\n${allowed}${codeSpan(report.command)} · ${took}\n\n${doubt}`;
}

function table(report: RunReport): string[] {
  const rows = report.scenarios.map((scenario) => {
    const { id, verdict, durationMs, failure, reason } = scenario;
    const why = [attemptsNote(scenario, report), failure ? headlineOf(failure) : reason]
      .filter(Boolean)
      .join(": ");
    const time = verdict === "passed" || verdict === "failed" ? formatDuration(durationMs) : "";
    const cells = [codeCell(id), verdictText(scenario, report), time, escapeCell(why)];
    return `| ${cells.join(" | ")} |\n`;
  });
  return rows.length > 0 ? ["| scenario | verdict | time | why |\n| --- | --- | --: | --- |\n", ...rows] : [];
}

function problems(report: RunReport): string[] {
  return report.scenarios
    .filter(({ verdict, flaky }) => verdict === "failed" || flaky)
    .map((scenario) => problemSection(scenario, report));
}

/** What a coding agent gets is what a reader of the summary needs as well. */
function problemSection(scenario: ScenarioReport, report: RunReport): string {
  const lines = failureLines(scenario, report, "");
  const parts = [
    `### ${verdictText(scenario, report)}: ${codeSpan(scenario.id)}`,
    lines.length > 0 ? codeBlock(lines.join("\n"), "text") : codeBlock(scenario.rerun, "sh"),
  ];
  return `\n${parts.join("\n\n")}\n`;
}

function cutTo(parts: readonly string[], budget: number): string | undefined {
  const size = (text: string) => Buffer.byteLength(text);
  const whole = parts.join("");
  if (size(whole) <= budget) return whole;
  let left = budget - size(CUT);
  if (left < 0) return undefined;
  const end = parts.findIndex((part) => {
    left -= size(part);
    return left < 0;
  });
  return `${parts.slice(0, end).join("")}${CUT}`;
}
