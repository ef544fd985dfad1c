import type { LoggedEvent, RecordEvent, RunEvent } from "./events.ts";
import { recordSchemas } from "./schema/record-schema.ts";

/** Whether an event belongs to the record, and not to what a run comes to. */
export function isRecord(event: LoggedEvent): event is RecordEvent {
  return Object.hasOwn(recordSchemas, event.type);
}

/** The events that make a run's report. */
export function runEventsOf(events: readonly LoggedEvent[]): RunEvent[] {
  return events.filter((event) => !isRecord(event));
}
