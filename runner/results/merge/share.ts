import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../../errors.ts";
import { aggregate } from "../../report/aggregate.ts";
import type { RunEvent } from "../../report/events.ts";
import { exitCodeFor } from "../../report/exit-code.ts";
import type { RunReport, ScenarioReport } from "../../report/report-schema.ts";
import { checkReport, type Reading, readReport } from "../read-report.ts";
import { clockNote, type EventsFile, readEvents } from "./events-file.ts";
import { evidencePaths, isInside } from "./evidence.ts";
import { type Problem, problem } from "./problem.ts";

/** The report folder of one run that may be a share of a larger one. */
export interface Share {
  /** Absolute. */
  folder: string;
  /** As the user would type it. */
  shown: string;
  /** Absent when the folder gives none; that is then one of the problems. */
  report?: RunReport;
  /** Why nothing in it counts. A share is sound when there are none. */
  problems: Problem[];
  /** What a reader should know although it changes nothing. */
  notes: string[];
}

/** Reads one share and judges it by itself. Never throws. */
export async function readShare(folder: string, shown: string): Promise<Share> {
  const share: Share = { folder, shown, problems: [], notes: [] };
  const complain = (code: Parameters<typeof problem>[0], message: string) =>
    share.problems.push(problem(code, `${shown}: ${message}`));

  const [written, events] = await Promise.all([
    exists(join(folder, "report.json")).then((there) =>
      there ? readReport(join(folder, "report.json")) : undefined,
    ),
    readEvents(join(folder, "events.jsonl")).catch((error: unknown) => errorMessage(error)),
  ]);
  if (typeof events === "string") complain("unreadable-share", `events.jsonl: ${events}`);
  const file = typeof events === "string" ? undefined : events;
  if (written && "problem" in written) complain("unreadable-share", `report.json: ${written.problem}`);
  const rebuilt = file && (await rebuild(file.events));
  if (rebuilt && "problem" in rebuilt && !file.damage) complain("unreadable-share", `events.jsonl: ${rebuilt.problem}`);

  const report = reportOf(written) ?? reportOf(rebuilt);
  if (!report) {
    if (share.problems.length === 0) complain("unreadable-share", "events.jsonl does not even hold the start of a run");
    return share;
  }
  share.report = report;
  if (file && file.clockSetBack > 0) share.notes.push(`${shown}: ${clockNote(file.clockSetBack)}`);
  if (report.interrupted) {
    complain("interrupted-share", interruption(report));
    return share;
  }
  if (file?.damage) {
    complain("truncated-events", `events.jsonl is not whole: ${file.damage}`);
    return share;
  }
  for (const message of [...contradictions(reportOf(written), reportOf(rebuilt))]) {
    complain("contradictory-share", message);
  }
  for (const scenario of report.scenarios.filter(hasNoVerdict)) {
    complain("missing-verdict", `${scenario.id} has no verdict`);
  }
  if (report.exitCode === 4 && exitCodeFor(report, 0) !== 4) {
    complain("harness-failure", "it ended with exit code 4 although its scenarios did not: a reporter failed, or something that no step waited for");
  }
  for (const path of await missingEvidence(report, folder)) {
    complain("missing-evidence", `${path} is not there`);
  }
  return share;
}

/** Whether a scenario stayed without a verdict of its own. */
export function hasNoVerdict({ attempts, failure }: ScenarioReport): boolean {
  return attempts.length === 0 || failure?.code === "missing-result";
}

async function rebuild(events: readonly RunEvent[]): Promise<Reading> {
  try {
    return await checkReport(aggregate(events));
  } catch (error) {
    return { problem: errorMessage(error) };
  }
}

function reportOf(reading: Reading | undefined): RunReport | undefined {
  return reading && "report" in reading ? reading.report : undefined;
}

/** What a share that was cut short did not get to. */
function interruption({ scenarios }: RunReport): string {
  const running = scenarios.filter((scenario) => scenario.verdict === "failed" && hasNoVerdict(scenario));
  const waiting = scenarios.filter((scenario) => scenario.verdict !== "failed" && hasNoVerdict(scenario));
  return [
    "the run did not come to its end",
    ...(running.length > 0 ? [`no verdict for ${listed(running)}, which it was in the middle of`] : []),
    ...(waiting.length > 0 ? [`not begun: ${listed(waiting)}`] : []),
  ].join("; ");
}

function listed(scenarios: readonly ScenarioReport[]): string {
  return scenarios.map(({ id }) => id).join(", ");
}

/** Where report.json says something else than the events it was made from. */
function* contradictions(written: RunReport | undefined, rebuilt: RunReport | undefined): Generator<string> {
  if (!written || !rebuilt) return;
  if (written.runId !== rebuilt.runId) {
    yield `report.json is of the run ${written.runId}, events.jsonl of ${rebuilt.runId}`;
    return;
  }
  if (written.exitCode !== rebuilt.exitCode) {
    yield `the exit code is ${written.exitCode} in report.json and ${rebuilt.exitCode} in events.jsonl`;
  }
  const verdicts = new Map(rebuilt.scenarios.map(({ id, verdict }) => [id, verdict]));
  for (const { id, verdict } of written.scenarios) {
    const other = verdicts.get(id) ?? "not there";
    if (other !== verdict) yield `${id} is ${verdict} in report.json and ${other} in events.jsonl`;
    verdicts.delete(id);
  }
  for (const id of verdicts.keys()) yield `${id} is in events.jsonl and not in report.json`;
}

async function missingEvidence(report: RunReport, folder: string): Promise<string[]> {
  const paths = report.scenarios.flatMap(evidencePaths);
  const there = await Promise.all(
    paths.map(async (path) => isInside(path) && ((await lstatOf(join(folder, path)))?.isFile() ?? false)),
  );
  return paths.filter((_, index) => !there[index]);
}

async function exists(path: string): Promise<boolean> {
  return (await lstatOf(path)) !== undefined;
}

function lstatOf(path: string) {
  return lstat(path).catch(() => undefined);
}
