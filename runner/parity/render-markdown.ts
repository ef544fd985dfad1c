import { formatDuration, markdownTable } from "../base/text.ts";
import { codeCell, codeSpan, escapeText } from "../report/reporters/markdown/escape.ts";
import { groupsOf, isReadByScenarios } from "./brief.ts";
import type { ParityGateway, ParityMethod, ParityReport, ParityResult } from "./parity-schema.ts";

/** The parity report as a Markdown document. */
export function renderMarkdown(report: ParityReport): string {
  const parts = [
    `# ${headline(report)}`,
    gatewayTable(report.gateways),
    "## Scenarios",
    scenarioTable(report),
    ...reasons(report),
    ...answers(report),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** `Parity: 12 of 14 scenarios the same`. */
export function headline({ counts }: ParityReport): string {
  if (counts.compared === 0) return "Parity: nothing could be compared";
  return `Parity: ${counts.same} of ${counts.compared} scenarios the same`;
}

function gatewayTable(gateways: readonly ParityGateway[]): string {
  const rows = gateways.map(({ name, product, version, buildId, node, protocol, startedAt, problem }) => [
    codeCell(name),
    escapeText([product, version].filter(Boolean).join(" ")),
    codeCell(buildId ?? ""),
    escapeText(node ?? ""),
    `${protocol ?? ""}`,
    startedAt ?? "",
    escapeText(problem ?? ""),
  ]);
  return markdownTable(["gateway", "product", "build", "Node", "protocol", "started", "problem"], rows);
}

function scenarioTable({ gateways, scenarios }: ParityReport): string {
  const rows = scenarios.map(({ id, results, firstDifference }) => [
    codeCell(id),
    ...results.map(resultText),
    escapeText(firstDifference?.name ?? ""),
  ]);
  return markdownTable(["scenario", ...gateways.map(({ name }) => codeCell(name)), "first difference"], rows);
}

/** `passed 1.20 s`, `passed 1.20 s, flaky`, `left out`. */
export function resultText({ verdict, durationMs, flaky }: ParityResult): string {
  const ran = verdict === "passed" || verdict === "failed";
  if (!ran || durationMs === undefined) return verdict.replace("-", " ");
  return `${verdict} ${formatDuration(durationMs)}${flaky ? ", flaky" : ""}`;
}

function reasons({ gateways, scenarios }: ParityReport): string[] {
  const lines = scenarios.flatMap(({ id, results }) =>
    results.flatMap(({ verdict, reason }, index) =>
      reason === undefined
        ? []
        : [`- ${codeSpan(id)} ${verdict} on ${codeSpan(gateways[index]?.name ?? "")}: ${escapeText(reason)}`],
    ),
  );
  return lines.length > 0 ? ["## What did not pass", lines.join("\n")] : [];
}

function answers({ gateways, methods }: ParityReport): string[] {
  if (methods.length === 0) return [];
  const names = gateways.map(({ name }) => name);
  const differing = methods.filter(({ differences }) => differences.length > 0);
  const alike = methods.filter(({ differences }) => differences.length === 0);
  const read = differing.filter(isReadByScenarios);
  const others = differing.filter((method) => !isReadByScenarios(method));
  return [
    "## Answers",
    ...read.flatMap((method) => [`### ${codeSpan(method.method)}`, answerTable(method, names)]),
    ...(others.length > 0
      ? ["### Other methods", others.map((method) => briefLine(method, names[0] ?? "")).join("\n")]
      : []),
    ...(alike.length > 0
      ? [`The same everywhere: ${alike.map(({ method }) => codeSpan(method)).join(", ")}.`]
      : []),
  ];
}

function answerTable({ differences }: ParityMethod, names: readonly string[]): string {
  const rows = differences.map(({ path, kinds }) => [codeCell(path), ...kinds.map(escapeText)]);
  return markdownTable(["path", ...names.map(codeCell)], rows);
}

function briefLine(method: ParityMethod, first: string): string {
  const groups = groupsOf(method, codeSpan(first)).map(
    ([what, paths]) => `${what}: ${paths.map(codeSpan).join(", ")}`,
  );
  return `- ${codeSpan(method.method)}: ${groups.join("; ")}`;
}
