import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import type { LoggedEvent } from "../events.ts";
import { readEvents } from "../read-events.ts";
import { readReport } from "../read-report.ts";
import { runEventsOf } from "../record.ts";
import { reportOf } from "../run-state.ts";
import type { RunReport } from "../schema/report-schema.ts";

/** What a run has left in its folder. */
export interface StoredRun {
  report: RunReport;
  /** Absolute; absent where there is none. */
  eventsPath?: string;
}

/**
 * Reads a run's report; of one that was lost, what its events say.
 * @param folder absolute
 * @param shown as the user would type it
 * @throws UsageError if there is neither, or neither can be read
 */
export async function readRun(folder: string, shown: string): Promise<StoredRun> {
  const eventsPath = join(folder, "events.jsonl");
  const events = existsSync(eventsPath) ? { eventsPath } : {};
  const reportPath = join(folder, "report.json");
  const reading = existsSync(reportPath)
    ? await readReport(reportPath)
    : { problem: "there is no report.json" };
  if ("report" in reading) return { report: reading.report, ...events };
  if (!events.eventsPath) {
    throw new UsageError(
      `${shown} holds no report that can be read: ${reading.problem}`,
      "Give the folder of a run.",
    );
  }
  return { report: reportOf(runEventsOf((await readEvents(eventsPath)).events)), ...events };
}

/** The events of each scenario, in their order. @throws QaError as `readEvents` does */
export async function eventsByScenario(run: StoredRun): Promise<ReadonlyMap<string, LoggedEvent[]>> {
  const byScenario = new Map<string, LoggedEvent[]>();
  if (run.eventsPath === undefined) return byScenario;
  const { events } = await readEvents(run.eventsPath);
  for (const event of events) {
    if (!("scenarioId" in event)) continue;
    const own = byScenario.get(event.scenarioId) ?? [];
    own.push(event);
    byScenario.set(event.scenarioId, own);
  }
  return byScenario;
}
