import { statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoggedEvent, RunStarted } from "../../runner/report/events.ts";
import { readEvents } from "../../runner/report/read-events.ts";
import { runEventsOf } from "../../runner/report/record.ts";
import { reportOf } from "../../runner/report/run-state.ts";

/** Gives the start of a run other facts: its shard, its lane, its tool. */
export function setFacts(folder: string, change: (start: RunStarted) => RunStarted): Promise<void> {
  return rewrite(folder, (event) => (event.type === "run-started" ? change(event) : event));
}

/** Lets the clock jump back before the event with this index. */
export function setClockBack(folder: string, milliseconds: number, index: number): Promise<void> {
  return rewrite(folder, (event, place) =>
    place < index ? event : { ...event, at: event.at - milliseconds },
  );
}

/** Takes the last `bytes` off a file. */
export async function cutOff(path: string, bytes: number): Promise<void> {
  const content = await readFile(path);
  await writeFile(path, content.subarray(0, content.length - bytes));
}

/** Changes the events of a run, and its report with them where it has one. */
async function rewrite(
  folder: string,
  change: (event: LoggedEvent, index: number) => LoggedEvent,
): Promise<void> {
  const { events } = await readEvents(join(folder, "events.jsonl"));
  const changed = events.map(change);
  await writeFile(
    join(folder, "events.jsonl"),
    changed.map((event) => `${JSON.stringify(event)}\n`).join(""),
  );
  const report = join(folder, "report.json");
  if (statSync(report, { throwIfNoEntry: false })?.isFile())
    await writeFile(report, JSON.stringify(reportOf(runEventsOf(changed))));
}
