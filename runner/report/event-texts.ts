import { abridge, type Extent } from "../base/text.ts";
import type { LoggedEvent } from "./events.ts";
import { isRecord } from "./record.ts";

/** Members that tell things apart: whatever they hold is no secret, and all of it counts. */
const NAMES: ReadonlySet<string> = new Set([
  "type",
  "id",
  "ids",
  "runId",
  "scenarioId",
  "verdict",
  "status",
  "next",
  "code",
  "fault",
  "target",
  "spec",
  "url",
  "gateway",
  "providerMode",
  "lane",
  "job",
  "selection",
  "faults",
  "kind",
  "path",
]);

/** Members that are typed or opened again: short enough by nature, and useless with a gap. */
const UNABRIDGED: ReadonlySet<string> = new Set([
  ...NAMES,
  ...["command", "rerun", "file", "reportFolder", "source"],
]);

/** In a report; a console shows less. */
const LONGEST: Extent = { lines: 200, characters: 20_000 };
/** In the record, which has very many. */
const LONGEST_IN_RECORD: Extent = { lines: 100, characters: 4_000 };

/**
 * Takes the secrets out of a value, and leaves alone what tells runs, scenarios, gateways and verdicts apart.
 * @param also members that hold names of this value's kind
 */
export function redactValue<T>(value: T, redact: <U>(value: U) => U, also: readonly string[] = []): T {
  const redacted = redact(value);
  // Most values, every event of a run among them, have no names but the usual ones.
  restoreNames(redacted, value, also.length === 0 ? NAMES : new Set([...NAMES, ...also]));
  return redacted;
}

/** The same for an event. */
export function redactEvent(event: LoggedEvent, redact: <T>(value: T) => T): LoggedEvent {
  const redacted = redactValue(event, redact);
  if (redacted.type === "scenario-finished" && event.type === "scenario-finished") {
    redacted.rerun = redactAround(event.scenarioId, event.rerun, redact);
  }
  return redacted;
}

/**
 * The other arguments of a command may hold secrets, but with another id it would run something else. An id that is only
 * a part of an argument is none.
 */
function redactAround(id: string, command: string, redact: (text: string) => string): string {
  const argument = ` ${id} `;
  return `${command} `.split(argument).map(redact).join(argument).trimEnd();
}

/** @param copy of the same shape as `original` */
function restoreNames(copy: unknown, original: unknown, names: ReadonlySet<string>): void {
  if (!isContainer(copy) || !isContainer(original)) return;
  for (const [key, value] of Object.entries(original)) {
    if (names.has(key) && (typeof value === "string" || isTexts(value))) copy[key] = value;
    else restoreNames(copy[key], value, names);
  }
}

/** A text that was too long for a report. */
export interface WholeText {
  /** Where it stood in the event: `failure.message`. */
  where: string;
  text: string;
}

/**
 * Abridges the texts of an event that are too long to be read, each with a count of what is left out.
 * @returns the event, and the texts as they were; the same event if there are none
 */
export function abridgeEvent<Event extends LoggedEvent>(event: Event): { event: Event; whole: WholeText[] } {
  const extent = isRecord(event) ? LONGEST_IN_RECORD : LONGEST;
  if (longTexts(event, extent).length === 0) return { event, whole: [] };
  const short = structuredClone(event);
  const whole = longTexts(short, extent).map(({ where, text, abridged, holder, key }) => {
    holder[key] = abridged;
    return { where, text };
  });
  return { event: short, whole };
}

interface LongText extends WholeText {
  abridged: string;
  holder: Record<string, unknown>;
  key: string;
}

function longTexts(holder: unknown, extent: Extent, place = ""): LongText[] {
  if (!isContainer(holder)) return [];
  return Object.entries(holder).flatMap(([key, value]) => {
    const where = Array.isArray(holder) ? `${place}[${key}]` : [place, key].filter(Boolean).join(".");
    if (UNABRIDGED.has(key)) return [];
    if (typeof value !== "string") return longTexts(value, extent, where);
    const abridged = abridge(value, extent);
    return abridged === value ? [] : [{ where, text: value, abridged, holder, key }];
  });
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
