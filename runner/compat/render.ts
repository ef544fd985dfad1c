import { EMBEDDED } from "../base/target.ts";
import { plural, shorten } from "../base/text.ts";
import { type CompatReport, type JudgedRelease, ROWS, type Row } from "./compat-schema.ts";
import { NO_DIAGNOSTIC } from "./rows.ts";

const CELL: Readonly<Record<Row["state"], string>> = {
  yes: "yes",
  steps: "yes, with steps",
  no: "NO",
  blocked: "blocked",
  untried: "–",
};
const LONGEST = 200;

/** The report for a terminal. */
export function renderTable(report: CompatReport): string {
  const rows = tableOf(report);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [
    `${titleOf(report)}`,
    report.allowed,
    "",
    ...lines,
    "",
    ...notesOf(report),
    answerOf(report),
    "",
  ].join("\n");
}

/** The report for a pull request. */
export function renderMarkdown(report: CompatReport): string {
  const [head = [], ...rows] = tableOf(report).map((row) => row.map(escaped));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const notes = notesOf(report).filter((text) => text !== "");
  return [
    `### ${titleOf(report)}`,
    "",
    report.allowed,
    "",
    answerOf(report),
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
    ...(notes.length > 0
      ? [
          "<details><summary>What was seen</summary>",
          "",
          ...notes.map((text) => `- ${escaped(text.trim())}`),
          "",
          "</details>",
          "",
        ]
      : []),
    `\`${report.command}\`, ${report.createdAt.slice(0, 10)}`,
    "",
  ].join("\n");
}

function titleOf({ plugin }: CompatReport): string {
  const version = plugin.version ? `@${plugin.version}` : "";
  return plugin.name ? `${plugin.name}${version} (${plugin.id})` : `${plugin.id}${version}`;
}

function tableOf({ releases }: CompatReport): string[][] {
  const cell = (release: JudgedRelease, name: string) => {
    const row = release.rows.find((each) => each.row === name);
    if (row === undefined) return "";
    const items = row.items;
    if (!items) return CELL[row.state];
    return `${CELL[row.state]} (${items.filter(({ state }) => state === "yes").length} of ${items.length})`;
  };
  const cost = (release: JudgedRelease, part: "bootMs" | "turnMs") => {
    const pair = release.cost?.[part];
    return pair ? `${pair.without} → ${pair.with} ms` : "";
  };
  return [
    ["", ...releases.map(({ gateway }) => gateway)],
    ...ROWS.map((name) => [name, ...releases.map((release) => cell(release, name))]),
    ["boot, without → with", ...releases.map((release) => cost(release, "bootMs"))],
    ["turn, without → with", ...releases.map((release) => cost(release, "turnMs"))],
    ["verdict", ...releases.map(({ verdict }) => verdict)],
  ];
}

/** What stands behind each cell that is no plain yes. */
function notesOf({ releases, firstBroken }: CompatReport): string[] {
  const notes = releases.flatMap((release) => [
    ...(release.problem ? [`${release.gateway}: ${release.problem}`] : []),
    ...release.rows.flatMap((row) => noteOf(release, row)),
    ...(release.refused.length > 0
      ? [`${release.gateway}: refused beyond this machine: ${shorten(release.refused.join(", "), LONGEST)}`]
      : []),
  ]);
  if (firstBroken) notes.push(brokenText(firstBroken));
  return notes.length > 0 ? [...notes, ""] : [];
}

function noteOf(
  { gateway }: JudgedRelease,
  { row, state, seen, steps = [], log, api, items = [] }: Row,
): string[] {
  const hasWarnings = row === "diagnostics" && seen !== NO_DIAGNOSTIC;
  if (state === "yes" && row !== "register" && !hasWarnings) return [];
  if (state === "untried" && items.length === 0) return [];
  const more = [
    ...steps.map((step) => `step: ${step}`),
    ...(api ? [`not there any more: ${api}`] : []),
    ...(log && !seen.includes(log) ? [shorten(log, LONGEST)] : []),
  ];
  return [`${gateway}, ${row}: ${[seen, ...more].join("; ")}`];
}

function brokenText({
  gateway,
  lastGood,
  between = [],
  row,
  seen,
  log,
  api,
}: NonNullable<CompatReport["firstBroken"]>): string {
  const span = between.length > 0 ? `, or in one of ${between.join(", ")}, of which nothing can be said` : "";
  return [
    `first broken on ${gateway}${span}; ${lastGood} is the last that is not: ${row}: ${seen}`,
    ...(api ? [`what went away: ${api}`] : []),
    ...(log ? [log] : []),
  ].join("; ");
}

/** The answer in one line. */
function answerOf({ releases, firstBroken }: CompatReport): string {
  const on = (...verdicts: JudgedRelease["verdict"][]) =>
    releases.filter(({ verdict }) => verdicts.includes(verdict)).map(({ gateway }) => gateway);
  const broken = on("broken");
  if (broken.length > 0) {
    const since = firstBroken ? `, first on ${firstBroken.gateway}` : "";
    return `No: broken on ${broken.join(", ")}${since}.`;
  }
  const blocked = on("blocked");
  if (blocked.length > 0)
    return `Inconclusive: blocked on ${blocked.join(", ")}; what is missing stands above.`;
  const loads = on("loads");
  if (loads.length > 0)
    return `Inconclusive: it loads on ${loads.join(", ")}, and not all that it has was called; --call calls it.`;
  const where = releases.every(({ gateway }) => gateway === EMBEDDED.kind)
    ? "the embedded gateway; --releases judges it on published ones"
    : plural(releases.length, "gateway");
  return on("works with steps").length > 0 ? `Yes, with steps, on ${where}.` : `Yes: it works on ${where}.`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
