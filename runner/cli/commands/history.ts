import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { suggestion } from "../../base/suggest.ts";
import { formatDuration, plural } from "../../base/text.ts";
import { PROVIDER_MODE } from "../../gateway/provider-mode.ts";
import type { RunRef, ScenarioHistory } from "../../results/history/history.ts";
import type { Past } from "../../results/history/samples.ts";
import type { ReleaseTrend, Trend } from "../../results/history/since-version.ts";
import { familiesOf } from "../../scenario/catalog/rows.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples, textTable } from "../output.ts";
import { printJson, printNote, printRedacted } from "../redacted.ts";
import { requireFolder } from "../workspace.ts";

/** Goes up with every change that could break a reader of `qa history --json`. */
const HISTORY_VERSION = 3;

/** Declares `qa history`. */
export function addHistoryCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("history")
    .description(
      "show how each scenario fared on each gateway and since when, from the reports below a folder",
    )
    .argument("<folder>", "folder with reports of `qa run` and `qa merge` at any depth")
    .argument("[ids...]", "scenario ids; default: all")
    .addHelpText(
      "after",
      examples(
        "qa history reports",
        "qa history reports dm-chat-baseline --json",
        "qa history reports --since-version",
      ),
    );
  return addOptions(command, "history").action(
    async (folder: string, ids: string[], options: OptionsOf<"history">) =>
      finish(await history(folder, ids, options)),
  );
}

/** A past failure is not a failure of this command. */
async function history(
  folder: string,
  ids: readonly string[],
  { json, sinceVersion }: OptionsOf<"history">,
): Promise<number> {
  const [{ readPast }, { historiesOf }, { releaseTrends }] = await Promise.all([
    import("../../results/history/samples.ts"),
    import("../../results/history/history.ts"),
    import("../../results/history/since-version.ts"),
  ]);
  const cwd = userFolder();
  const root = resolve(cwd, folder);
  await requireFolder(root, displayPath(root, cwd));
  const past = await readPast(root, (path) => displayPath(path, cwd));
  for (const warning of past.warnings) printNote(`warning: ${warning}\n`);
  if (past.reports === 0) {
    throw new UsageError(`there is no report below ${folder}`, "A report folder holds a report.json.");
  }
  const samples = chosen(past, ids);
  if (sinceVersion) show(past, releaseTrends(samples), trendTable, json);
  else show(past, historiesOf(samples), historyTable, json);
  return EXIT.passed;
}

function show<T>(
  { reports }: Past,
  scenarios: readonly T[],
  table: (scenarios: readonly T[]) => string,
  json: boolean | undefined,
): void {
  if (json) printJson({ version: HISTORY_VERSION, reports, scenarios });
  else printRedacted(scenarios, (clean) => `${plural(reports, "report")}\n\n${table(clean)}`);
}

function chosen({ samples }: Past, typed: readonly string[]): Past["samples"] {
  const ids = typed.map((id) => id.normalize());
  const known = [...new Set(samples.flatMap(({ id }) => [id, ...familiesOf(id)]))];
  for (const id of ids) {
    if (!known.includes(id)) throw new UsageError(`no report has the scenario ${id}`, suggestion(id, known));
  }
  return ids.length === 0
    ? samples
    : samples.filter(({ id }) => [id, ...familiesOf(id)].some((each) => ids.includes(each)));
}

function historyTable(histories: readonly ScenarioHistory[]): string {
  const platforms = new Set(histories.map(({ platform }) => platform));
  const rows = histories.map((one) => [
    one.id,
    `${gatewayText(one.gateway, one.providerMode)}${platforms.size > 1 ? `, ${one.platform}` : ""}`,
    `${one.runs}`,
    percent(one.passRate),
    percent(one.flakeRate),
    one.medianMs === undefined ? "-" : formatDuration(one.medianMs),
    one.trend === undefined ? "-" : signed(one.trend),
    one.firstFailure ? runText(one.firstFailure) : "never",
    now(one),
  ]);
  const head = ["SCENARIO", "GATEWAY", "RUNS", "PASSED", "FLAKY", "MEDIAN", "TREND", "FIRST FAILED", "NOW"];
  return textTable([head, ...rows], [2, 3, 4, 5, 6]);
}

/** Nearly every run has the scripted model: only another one is worth mentioning. */
function gatewayText(gateway: string, providerMode: string): string {
  return providerMode === PROVIDER_MODE.scripted ? gateway : `${gateway}, ${providerMode}`;
}

/** The current state, and what the rates leave out. */
function now({
  failingSince,
  passed,
  skipped,
  blocked,
  failedOtherwise,
  withoutResult,
}: ScenarioHistory): string {
  const state = failingSince ? `failing since ${runText(failingSince)}` : passed > 0 ? "passes" : "never ran";
  const apart = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
    ...(failedOtherwise > 0 ? [`${failedOtherwise}failed through harness or environment`] : []),
    ...(withoutResult > 0 ? [`${withoutResult} cut short`] : []),
  ];
  return [state, ...apart].join(", ");
}

function trendTable(trends: readonly ReleaseTrend[]): string {
  const rows = trends.map(({ id, product, providerMode, trend, versions, leftOut }) => [
    id,
    gatewayText(product, providerMode),
    inWords(trend),
    [
      ...versions.map(({ version, passed, failed }) => `${version} ${tally(passed, failed)}`),
      ...(leftOut > 0 ? [`${leftOut} left out`] : []),
    ].join(", "),
  ]);
  return textTable([["SCENARIO", "GATEWAY", "RESULT", "RELEASES"], ...rows]);
}

function inWords(trend: Trend): string {
  switch (trend.kind) {
    case "began":
      return `began to fail in ${trend.failedFirst}, last passed on ${trend.passedLast}`;
    case "fixed":
      return `passing since ${trend.passedFirst}, last failed on ${trend.failedLast}`;
    case "passes":
      return "passes on every release seen";
    case "fails":
      return "fails on every release seen";
    case "mixed":
      return "mixed: no release can be named";
    case "unknown":
      return "no result with a release";
  }
}

function tally(passed: number, failed: number): string {
  return [...(passed > 0 ? [`✓${passed}`] : []), ...(failed > 0 ? [`✗${failed}`] : [])].join(" ");
}

function runText({ at, runId, version }: RunRef): string {
  return `${at.slice(0, 10)}${version === undefined ? "" : ` on ${version}`} (${runId})`;
}

/** Rounded, but to 0% or 100% only if it is exactly that. */
function percent(rate: number | undefined): string {
  if (rate === undefined) return "-";
  const whole = Math.round(rate * 100);
  if (whole === 100 && rate < 1) return ">99%";
  return whole === 0 && rate > 0 ? "<1%" : `${whole}%`;
}

function signed(change: number): string {
  const whole = Math.round(change * 100);
  return `${whole > 0 ? "+" : ""}${whole}%`;
}
