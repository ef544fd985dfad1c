import { join } from "node:path";
import type { RunReport, ScenarioReport } from "../report/report-schema.ts";
import { compareText } from "./compare-text.ts";
import { findReportFolders } from "./find.ts";
import { hasNoVerdict } from "./no-verdict.ts";
import { readReport } from "./read-report.ts";

export interface LastRun {
  folder: string;
  report: RunReport;
}

/**
 * The run that started last, of all that have a report at or below a folder.
 * @returns undefined when there is none; `unread` are folders whose report cannot be read, with the reason
 * @throws when a folder cannot be read
 */
export async function findLastRun(
  root: string,
): Promise<{ last: LastRun | undefined; unread: { folder: string; problem: string }[] }> {
  const unread: { folder: string; problem: string }[] = [];
  const runs: LastRun[] = [];
  for (const folder of await findReportFolders(root)) {
    const reading = await readReport(join(folder, "report.json"));
    if ("problem" in reading) unread.push({ folder, problem: reading.problem });
    else runs.push({ folder, report: reading.report });
  }
  const latest = runs.sort(
    (a, b) =>
      compareText(b.report.startedAt, a.report.startedAt) || compareText(b.report.runId, a.report.runId),
  );
  return { last: latest[0], unread };
}

/** What has to run again: what failed, and what a run that was cut short did not get to. */
export function toRunAgain({ scenarios }: RunReport): ScenarioReport[] {
  return scenarios.filter((scenario) => scenario.verdict === "failed" || hasNoVerdict(scenario));
}
