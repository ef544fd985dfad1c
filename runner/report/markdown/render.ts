import type { RunReport, ScenarioReport } from "../report-schema.ts";
import { formatDuration } from "../text.ts";
import { codeCell, escapeText } from "./escape.ts";
import { scenarioSection } from "./scenario-section.ts";

/** What needs a person comes first. */
const READING_ORDER: readonly ScenarioReport["verdict"][] = ["failed", "blocked", "skipped", "passed"];

/** The report as a Markdown document. */
export function renderMarkdown(report: RunReport): string {
  const sections = READING_ORDER.flatMap((verdict) =>
    report.scenarios.filter((scenario) => scenario.verdict === verdict).flatMap(scenarioSection),
  );
  const parts = [
    `# ${headline(report)}`,
    ...interruption(report),
    facts(report),
    ...overview(report),
    ...sections,
  ];
  return `${parts.join("\n\n")}\n`;
}

function headline({ counts }: RunReport): string {
  const verdicts = READING_ORDER.filter((verdict) => counts[verdict] > 0);
  if (verdicts.length === 0) return "Nothing ran";
  return verdicts.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ");
}

function interruption({ interrupted }: RunReport): string[] {
  return interrupted
    ? ["**Interrupted:** the run did not come to its end; what follows is what it got to."]
    : [];
}

function facts(report: RunReport): string {
  const { tool } = report;
  const rows = [
    ["run", codeCell(report.runId)],
    ["command", codeCell(report.command)],
    ["gateway", codeCell(report.gateway)],
    ["model", codeCell(report.providerMode)],
    ["started", report.startedAt],
    ["took", `${formatDuration(report.durationMs)}, ${report.jobs} at once`],
    ["exit code", `${report.exitCode}`],
    ["with", escapeText(`${tool.name} ${tool.version}, Node ${tool.node}, ${tool.platform}`)],
  ];
  return ["| | |", "| --- | --- |", ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}

/** Worth its place only where there is more than one scenario. */
function overview({ scenarios }: RunReport): string[] {
  if (scenarios.length < 2) return [];
  const rows = scenarios.map(({ id, verdict, durationMs, failure, reason }) => {
    const ran = verdict === "passed" || verdict === "failed";
    const why = escapeText(failure?.message ?? reason ?? "");
    return `| ${codeCell(id)} | ${verdict} | ${ran ? formatDuration(durationMs) : ""} | ${why} |`;
  });
  return [["| scenario | verdict | time | why |", "| --- | --- | --: | --- |", ...rows].join("\n")];
}
