import { formatDuration, markdownTable, oneLine } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import { whyUnreliable } from "../../exit-code.ts";
import { attemptsNote, countTexts, READING_ORDER, verdictText } from "../../outcomes.ts";
import type { RunReport } from "../../schema/report-schema.ts";
import { codeCell, escapeCell, escapeText } from "./escape.ts";
import { scenarioSection } from "./scenario-section.ts";

/** The report as a Markdown document. */
export function renderMarkdown(report: RunReport): string {
  const sections = READING_ORDER.flatMap((verdict) =>
    report.scenarios
      .filter((scenario) => scenario.verdict === verdict)
      .flatMap((scenario) => scenarioSection(scenario, report)),
  );
  const parts = [
    `# ${headline(report)}`,
    ...(report.allowed ?? []).map((sentence) => `${escapeText(sentence)}.`),
    ...interruption(report),
    ...unreliability(report),
    facts(report),
    ...overview(report),
    ...sections,
  ];
  return `${parts.join("\n\n")}\n`;
}

function headline(report: RunReport): string {
  const counts = countTexts(report).map(({ text }) => text);
  return counts.length > 0 ? counts.join(", ") : "Nothing ran";
}

function interruption({ interrupted }: RunReport): string[] {
  return interrupted ? ["**Interrupted:** the run did not finish; what follows is what it got to."] : [];
}

function unreliability(report: RunReport): string[] {
  const why = whyUnreliable(report);
  return why === undefined ? [] : [`**No result to rely on:** ${escapeText(oneLine(why))}.`];
}

function facts(report: RunReport): string {
  const { tool } = report;
  const rows = [
    ["run", codeCell(report.runId)],
    ["command", codeCell(report.command)],
    ["gateway", codeCell(report.gateway)],
    ...gateways(report).map((text) => ["", escapeText(text)]),
    ["model", codeCell(report.providerMode)],
    ...optionalFacts(report),
    ["started", report.startedAt],
    ["took", `${formatDuration(report.durationMs)}, ${report.jobs} at once`],
    ["exit code", `${report.exitCode}`],
    ["with", escapeText(`${tool.name} ${tool.version}, Node ${tool.node}, ${tool.platform}`)],
  ];
  return ["| | |", "| --- | --- |", ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}

/** Who the gateways said they are: one line where all are of one build. */
function gateways({ scenarios }: RunReport): string[] {
  const texts = scenarios.flatMap(({ gateway }) => {
    if (!gateway) return [];
    const { product, version, buildId, node, protocol } = gateway;
    const facts = [buildId && `build ${buildId}`, node && `Node ${node}`, protocol && `protocol ${protocol}`];
    return [[`${product} ${version}`, ...facts].filter(Boolean).join(", ")];
  });
  return [...new Set(texts)];
}

/** What only some runs have. */
function optionalFacts({ lane, job, shard, faults = [], policy, slow }: RunReport): string[][] {
  return [
    ...(lane ? [["lane", codeCell(lane)]] : []),
    ...(job ? [["job", codeCell(job)]] : []),
    ...(shard ? [["shard", `${shard.index} of ${shard.total}`]] : []),
    ...(faults.length > 0 ? [["broken by", faults.map(codeCell).join(", ")]] : []),
    ...(policy && policy.retries > 0 ? [["retries", `${policy.retries}`]] : []),
    ...(policy && policy.repeat > 1 ? [["repeat", `${policy.repeat}`]] : []),
    ...(slow ? [["limits", `${slow} times as long as usual`]] : []),
  ];
}

/** Worth its place only where there is more than one scenario. */
function overview(report: RunReport): string[] {
  if (report.scenarios.length < 2) return [];
  const rows = report.scenarios.map((scenario) => {
    const { id, verdict, durationMs, failure, reason } = scenario;
    const ran = verdict === "passed" || verdict === "failed";
    const why = [attemptsNote(scenario, report), failure ? headlineOf(failure) : reason]
      .filter(Boolean)
      .join(": ");
    const time = ran ? formatDuration(durationMs) : "";
    return [codeCell(id), verdictText(scenario, report), time, escapeCell(why)];
  });
  return [markdownTable(["scenario", "verdict", "time", "why"], rows, ["time"])];
}
