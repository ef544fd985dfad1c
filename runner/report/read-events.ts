import type { ValidateFunction } from "ajv";
import { errorMessage, QaError } from "../base/errors.ts";
import { readRegularFile } from "../base/files.ts";
import { compileSchema } from "../base/json-format.ts";
import type { LoggedEvent } from "./events.ts";
import { eventSchema } from "./schema/events-schema.ts";

/** What a run left in its events.jsonl. */
export interface StoredEvents {
  events: LoggedEvent[];
  /** The last line was cut off in the middle of an event, as by a full disk or a crash, and left out. */
  truncated: boolean;
}

/**
 * Reads the events of a run. Whether the run came to its end is another question: then the last event is
 * `run-finished`.
 * @throws QaError `events-unreadable` if the file cannot be read, `events-damaged` if anything but its last
 *   line is not an event of a run
 */
export async function readEvents(path: string): Promise<StoredEvents> {
  const lines = (await readText(path)).split("\n");
  const isEvent = await eventCheck();
  // Every event ends with a line feed: what follows the last one was being written.
  const rest = lines.pop() ?? "";
  const events = lines.map((line, index) => {
    const event = parse(line, isEvent);
    if (event) return event;
    throw new QaError(`line ${index + 1} of ${path} is not an event of a run`, {
      code: "events-damaged",
      fault: "environment",
      hint: "The file was changed or damaged after the run, or another version wrote it. Run again.",
    });
  });
  const last = parse(rest, isEvent);
  return { events: last ? [...events, last] : events, truncated: rest !== "" && !last };
}

async function readText(path: string): Promise<string> {
  try {
    return await readRegularFile(path);
  } catch (error) {
    throw new QaError(`the events of a run cannot be read: ${errorMessage(error)}`, {
      code: "events-unreadable",
      fault: "environment",
      hint: "The folder of a run's report holds an events.jsonl.",
    });
  }
}

function parse(line: string, isEvent: ValidateFunction<LoggedEvent>): LoggedEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

let check: Promise<ValidateFunction<LoggedEvent>> | undefined;

function eventCheck(): Promise<ValidateFunction<LoggedEvent>> {
  check ??= compileSchema<LoggedEvent>(eventSchema);
  return check;
}
