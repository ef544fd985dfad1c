import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { compareText } from "../base/text.ts";
import { readReport } from "../report/read-report.ts";
import type { RunReport, ScenarioReport } from "../report/schema/report-schema.ts";
import { findReportFolders } from "./find.ts";
import { mergedAway } from "./merged-shards.ts";
import { hasNoVerdict } from "./no-verdict.ts";

export interface LastRun {
  folder: string;
  report: RunReport;
}

/**
 * The run that ended last among those with a report at or below a folder. Shards whose merged report is there too are
 * not runs of their own. Of the groups of one merge, the last one with something to run again counts.
 * @returns `last` is undefined if there is no run; `others` are reports of the same merge with something to run again,
 *   `unread` folders whose report cannot be read, with the reason
 * @throws when a folder cannot be read
 */
export async function findLastRun(root: string): Promise<{
  last: LastRun | undefined;
  others: LastRun[];
  unread: { folder: string; problem: string }[];
}> {
  const unread: { folder: string; problem: string }[] = [];
  const runs: LastRun[] = [];
  const folders = await findReportFolders(root);
  const merged = await mergedAway(folders);
  for (const folder of folders) {
    const reading = await readReport(join(folder, "report.json"));
    if ("problem" in reading) unread.push({ folder, problem: reading.problem });
    else if (!merged.has(reading.report.runId)) runs.push({ folder, report: reading.report });
  }
  runs.sort(
    (a, b) =>
      compareText(b.report.finishedAt, a.report.finishedAt) ||
      compareText(b.report.runId, a.report.runId) ||
      // A group of one shard is a copy of it, and has the other groups beside it.
      Number(isGroup(b)) - Number(isGroup(a)),
  );
  const [latest] = runs;
  const together = latest && isGroup(latest) ? runs.filter((run) => isBeside(run, latest)) : [];
  const [last = latest, ...others] = together.filter(({ report }) => toRunAgain(report).length > 0);
  return { last, others, unread };
}

/** Whether it is the report of one of several groups of a merge. */
function isGroup({ folder }: LastRun): boolean {
  return existsSync(join(dirname(folder), "merged.json"));
}

function isBeside(a: LastRun, b: LastRun): boolean {
  return dirname(a.folder) === dirname(b.folder);
}

/** What has to run again: what failed, and what a run that was cut short did not get to. */
export function toRunAgain({ scenarios }: RunReport): ScenarioReport[] {
  return scenarios.filter((scenario) => scenario.verdict === "failed" || hasNoVerdict(scenario));
}
