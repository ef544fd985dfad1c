import { formatDuration, markdownTable } from "../../../base/text.ts";
import { excuseFor, type RunFacts, UNPROVEN_TEXT, verdictText } from "../../outcomes.ts";
import type { ScenarioReport, StepReport } from "../../schema/report-schema.ts";
import { attemptParts } from "./attempt-section.ts";
import { codeSpan, escapeCell, escapeText, evidenceLinks } from "./escape.ts";
import { failureParts } from "./failure-section.ts";

/** What was checked, what happened and what to do, for one scenario. */
export function scenarioSection(scenario: ScenarioReport, run: RunFacts): string[] {
  return [
    `## ${verdictText(scenario, run)}: ${escapeText(scenario.title)}`,
    outcome(scenario),
    ...quarantine(scenario, run),
    ...unproven(scenario),
    ...intention(scenario),
    ...failureParts(scenario),
    ...stepTable(scenario.steps),
    ...cleanup(scenario),
    ...evidence(scenario),
    ...attemptParts(scenario, run),
  ];
}

function outcome(scenario: ScenarioReport): string {
  const { id, file, verdict, reason, durationMs, gateway } = scenario;
  const facts = [codeSpan(id), codeSpan(file)].filter((fact) => fact !== "");
  if (verdict === "skipped" || verdict === "blocked") {
    return `${facts.join(" · ")}\n\n${verdict}: ${escapeText(reason ?? "no reason given")}`;
  }
  facts.push(formatDuration(durationMs));
  if (gateway) {
    facts.push(`${escapeText(gateway.product)} ${escapeText(gateway.version)}`);
    facts.push(`ready in ${formatDuration(gateway.readyMs)}${gateway.boot ? ` (${gateway.boot})` : ""}`);
  }
  return facts.join(" · ");
}

function quarantine(scenario: ScenarioReport, run: RunFacts): string[] {
  const excuse = excuseFor(scenario, run);
  if (!excuse) return [];
  const { owner, reason, expires } = excuse;
  return [
    `**In quarantine** until ${escapeText(expires)}, owner ${escapeText(owner)}: ${escapeText(reason)}`,
  ];
}

function unproven({ unproven }: ScenarioReport): string[] {
  return unproven ? [`**Unproven**: ${UNPROVEN_TEXT[unproven]}. \`qa prove\` shows what it notices.`] : [];
}

function intention({ objective, successCriteria }: ScenarioReport): string[] {
  const criteria = (successCriteria ?? []).map((criterion) => `- ${escapeText(criterion)}`);
  return [
    ...(objective ? [`**Objective.** ${escapeText(objective)}`] : []),
    ...(criteria.length > 0 ? ["**Passes when**", criteria.join("\n")] : []),
  ];
}

function stepTable(steps: readonly StepReport[]): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ name, status, durationMs, details }, index) => {
    const time = durationMs === undefined ? "" : formatDuration(durationMs);
    return [`${index + 1}`, escapeText(name), status.replace("-", " "), time, escapeCell(details ?? "")];
  });
  return [markdownTable(["#", "step", "result", "time", "details"], rows, ["#", "time"])];
}

function cleanup({ cleanupProblems, leaks = [] }: ScenarioReport): string[] {
  return [
    ...listed("Not cleaned up", cleanupProblems),
    ...listed("Leaks: started and not waited for, ended with the scenario", leaks),
  ];
}

function listed(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  return [`**${title}**`, entries.map((entry) => `- ${escapeText(entry)}`).join("\n")];
}

function evidence({ evidence: files }: ScenarioReport): string[] {
  return files.length > 0 ? [`**Evidence.** ${evidenceLinks(files)}`] : [];
}
