import { errorMessage } from "../../base/errors.ts";
import type { LoggedEvent } from "../../report/events.ts";
import { readEvents } from "../../report/read-events.ts";
import { checkReport, type Reading } from "../../report/read-report.ts";
import { runEventsOf } from "../../report/record.ts";
import { reportOf } from "../../report/run-state.ts";

/** What an events.jsonl says, and whether that is the whole run. */
export interface EventLog {
  /** The report that these events make. */
  rebuilt: Reading;
  /** Why it is not the whole run. */
  damage?: string;
  /** Its last line is cut off. */
  truncated: boolean;
  /** The most that the clock was set back during the run, in milliseconds. */
  clockSetBack: number;
}

/** Reads the events of a shard as far as they go. Never throws. */
export async function readEventLog(path: string): Promise<EventLog> {
  try {
    const { events, truncated } = await readEvents(path);
    return {
      rebuilt: await rebuild(events),
      damage: damageOf(events, truncated),
      truncated,
      clockSetBack: setBack(events),
    };
  } catch (error) {
    return {
      rebuilt: { problem: errorMessage(error) },
      damage: errorMessage(error),
      truncated: false,
      clockSetBack: 0,
    };
  }
}

function damageOf(events: readonly LoggedEvent[], truncated: boolean): string | undefined {
  const starts = events.filter(({ type }) => type === "run-started").length;
  if (truncated) return "its last line is cut off";
  if (events[0]?.type !== "run-started") return "it does not begin with the start of a run";
  if (starts > 1) return `it holds ${starts} runs`;
  return events.at(-1)?.type === "run-finished" ? undefined : "it ends before the run does";
}

/** The most that an event's time lies before that of an earlier one. */
function setBack(events: readonly LoggedEvent[]): number {
  let latest = Number.NEGATIVE_INFINITY;
  let most = 0;
  for (const { at } of events) {
    most = Math.max(most, latest - at);
    latest = Math.max(latest, at);
  }
  return most;
}

async function rebuild(events: readonly LoggedEvent[]): Promise<Reading> {
  try {
    return await checkReport(reportOf(runEventsOf(events)));
  } catch (error) {
    return { problem: errorMessage(error) };
  }
}
