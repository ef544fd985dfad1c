import { readFile } from "node:fs/promises";
import type { RunEvent } from "../../report/events.ts";
import { formatDuration } from "../../report/text.ts";

export interface EventsFile {
  events: RunEvent[];
  /** Why what is there is not the whole; the events before that place are in `events`. */
  damage?: string;
  /** How far the clock was set back while the run went on, at most. Milliseconds. */
  clockSetBack: number;
}

/**
 * Reads an events.jsonl as far as it is whole.
 * @returns undefined when there is no such file
 * @throws when it is there and cannot be read
 */
export async function readEvents(path: string): Promise<EventsFile | undefined> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return parseEvents(content);
}

/** Every line is one event and ends with a line feed: a last line without one was cut off. */
export function parseEvents(content: string): EventsFile {
  const lines = content.split("\n");
  const rest = lines.pop();
  const events: RunEvent[] = [];
  for (const [index, line] of lines.entries()) {
    const event = parseEvent(line);
    if (!event) return { ...withClock(events), damage: `line ${index + 1} is no event` };
    const startsRun = event.type === "run-started";
    if (startsRun !== (index === 0)) {
      const where = startsRun ? `line ${index + 1} starts a second run` : "its first line is not the run's start";
      return { ...withClock(events), damage: where };
    }
    events.push(event);
  }
  const file = withClock(events);
  if (rest !== "") return { ...file, damage: `its last line, ${lines.length + 1}, is cut off` };
  if (events.at(-1)?.type !== "run-finished") {
    return { ...file, damage: `it ends with line ${lines.length}, before the end of the run` };
  }
  return file;
}

/** `the clock was set back by 1 h …`: said of a run whose times of day are not to be trusted. */
export function clockNote(milliseconds: number): string {
  return `the clock was set back by ${formatDuration(milliseconds)} while it ran: times of day are not to be trusted, verdicts are`;
}

const OF_THE_RUN: readonly unknown[] = ["run-started", "run-finished"];

function parseEvent(line: string): RunEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { type, at, scenarioId } = value as Partial<Record<string, unknown>>;
  const known = OF_THE_RUN.includes(type) || (typeof type === "string" && typeof scenarioId === "string");
  return known && typeof at === "number" ? (value as RunEvent) : undefined;
}

function withClock(events: RunEvent[]): EventsFile {
  let latest = Number.NEGATIVE_INFINITY;
  let clockSetBack = 0;
  for (const { at } of events) {
    clockSetBack = Math.max(clockSetBack, latest - at);
    latest = Math.max(latest, at);
  }
  return { events, clockSetBack: Math.max(0, clockSetBack) };
}
