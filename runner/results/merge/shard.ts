import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../base/exit-codes.ts";
import { isWithin } from "../../base/paths.ts";
import { formatDuration } from "../../base/text.ts";
import { exitCodeFor } from "../../report/exit-code.ts";
import { type Reading, readReport } from "../../report/read-report.ts";
import type { RunReport, ScenarioReport } from "../../report/schema/report-schema.ts";
import { hasNoVerdict } from "../no-verdict.ts";
import { type EventLog, readEventLog } from "./event-log.ts";
import { evidencePaths } from "./evidence.ts";
import { type Problem, problem } from "./problem.ts";

const HARNESS_FAILURE =
  "it ended with exit code 4, and not because of its scenarios: a reporter failed, or something that no step waited for";

/** The report folder of one run that may be a shard of a larger one. */
export interface ShardReport {
  /** Absolute. */
  folder: string;
  /** As the user would type it. */
  shown: string;
  /** Absent if the folder has none, which is then one of the problems. */
  report?: RunReport;
  /** Why nothing in it counts. A shard is sound when there are none. */
  problems: Problem[];
  /** What a reader should know although it changes nothing. */
  notes: string[];
}

/** Reads one shard and checks it on its own. Never throws. */
export async function readShard(folder: string, shown: string): Promise<ShardReport> {
  const [written, log] = await Promise.all([
    ifThere(join(folder, "report.json"), readReport),
    ifThere(join(folder, "events.jsonl"), readEventLog),
  ]);
  const report = reportOf(written) ?? reportOf(log?.rebuilt);
  const problems = report
    ? await problemsOf(report, { written, log, folder })
    : [problem("unreadable-shard", whyNoReport(written, log))];
  return {
    folder,
    shown,
    report,
    problems: problems.map((found) => ({ ...found, message: `${shown}: ${found.message}` })),
    notes: (log?.clockSetBack ?? 0) > 0 ? [`${shown}: ${clockNote(log?.clockSetBack ?? 0)}`] : [],
  };
}

async function problemsOf(
  report: RunReport,
  { written, log, folder }: { written: Reading | undefined; log: EventLog | undefined; folder: string },
): Promise<Problem[]> {
  // If a shard is not whole, everything else follows from that.
  const rebuiltFromPart = !written && log?.truncated === true;
  if (report.interrupted && !rebuiltFromPart) {
    return [problem("interrupted-shard", ["the run did not finish", ...unfinished(report)].join("; "))];
  }
  if (log?.damage) {
    const what = [`events.jsonl is not whole: ${log.damage}`, ...unfinished(report)];
    return [problem("truncated-events", what.join("; "))];
  }
  const unreadable = [written, log?.rebuilt].flatMap((reading) =>
    reading && "problem" in reading ? [problem("unreadable-shard", reading.problem)] : [],
  );
  const contradicting = contradictions(report, reportOf(log?.rebuilt));
  return [
    ...unreadable,
    ...[...contradicting].map((message) => problem("contradictory-shard", message)),
    ...report.scenarios
      .filter(hasNoVerdict)
      .map(({ id }) => problem("missing-verdict", `${id} has no verdict`)),
    ...exitCodeProblems(report),
    ...(await missingEvidence(report, folder)).map((path) =>
      problem("missing-evidence", `${path} is missing`),
    ),
  ];
}

/** The exit code follows from the report, except for failures outside scenarios. */
function exitCodeProblems(report: RunReport): Problem[] {
  const { exitCode } = report;
  const expected = exitCodeFor(report, 0);
  if (exitCode === expected) return [];
  if (exitCode === EXIT.harness) return [problem("harness-failure", HARNESS_FAILURE)];
  return [problem("contradictory-shard", `its exit code is ${exitCode}, but its scenarios give ${expected}`)];
}

function clockNote(milliseconds: number): string {
  return `the clock was set back by ${formatDuration(milliseconds)} while it ran; verdicts do not depend on it`;
}

function whyNoReport(written: Reading | undefined, log: EventLog | undefined): string {
  const reasons = [
    ...(written && "problem" in written ? [`report.json: ${written.problem}`] : []),
    ...(log && "problem" in log.rebuilt ? [`events.jsonl: ${log.damage ?? log.rebuilt.problem}`] : []),
  ];
  return reasons.join("; ");
}

function reportOf(reading: Reading | undefined): RunReport | undefined {
  return reading && "report" in reading ? reading.report : undefined;
}

/** What a shard that was cut short did not get to. */
function unfinished({ scenarios }: RunReport): string[] {
  const open = scenarios.filter(hasNoVerdict);
  const running = open.filter(({ verdict }) => verdict === "failed");
  const waiting = open.filter(({ verdict }) => verdict !== "failed");
  return [
    ...(running.length > 0 ? [`no verdict for ${listed(running)}, which it was in the middle of`] : []),
    ...(waiting.length > 0 ? [`not begun: ${listed(waiting)}`] : []),
  ];
}

function listed(scenarios: readonly ScenarioReport[]): string {
  return scenarios.map(({ id }) => id).join(", ");
}

/** Where a report differs from the events it was made from. */
function* contradictions(report: RunReport, rebuilt: RunReport | undefined): Generator<string> {
  const { index = 1, total = 1 } = report.shard ?? {};
  if (index > total) yield `it says that it is shard ${index} of ${total}`;
  if (!rebuilt) return;
  if (report.runId !== rebuilt.runId) {
    yield `report.json is from the run ${report.runId}, events.jsonl of ${rebuilt.runId}`;
    return;
  }
  if (report.exitCode !== rebuilt.exitCode) {
    yield `the exit code is ${report.exitCode} in report.json and ${rebuilt.exitCode} in events.jsonl`;
  }
  const verdicts = new Map(rebuilt.scenarios.map(({ id, verdict }) => [id, verdict]));
  for (const { id, verdict } of report.scenarios) {
    const other = verdicts.get(id) ?? "not there";
    if (other !== verdict) yield `${id} is ${verdict} in report.json and ${other} in events.jsonl`;
    verdicts.delete(id);
  }
  for (const id of verdicts.keys()) yield `${id} is in events.jsonl and not in report.json`;
}

async function missingEvidence(report: RunReport, folder: string): Promise<string[]> {
  const paths = report.scenarios.flatMap(evidencePaths);
  const there = await Promise.all(
    // A report from elsewhere must not name files outside its folder.
    paths.map(async (path) => {
      const file = join(folder, path);
      return isWithin(file, folder) && ((await lstatOf(file))?.isFile() ?? false);
    }),
  );
  return paths.filter((_, index) => !there[index]);
}

async function ifThere<T>(path: string, read: (path: string) => Promise<T>): Promise<T | undefined> {
  return (await lstatOf(path)) ? read(path) : undefined;
}

function lstatOf(path: string) {
  return lstat(path).catch(() => undefined);
}
