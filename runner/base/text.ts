import { withoutSequences } from "./secrets/unseen.ts";

// Control characters but tab and newline, and the marks that turn the direction of text around.
const UNPRINTABLE = /[\p{Cc}--[\t\n]]|\p{Bidi_Control}/gv;

/** Text from outside (messages, logs) without anything that a terminal or viewer would act on. */
export function printable(text: string): string {
  return withoutSequences(text).replaceAll("\r\n", "\n").replace(UNPRINTABLE, "");
}

/** Everything on one line, runs of white space as one space. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}

/** At most `length` characters, the last one an ellipsis where something was cut off. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** What a text is about, for a list or a table whose reader finds all of it elsewhere. */
export function inShort(text: string): string {
  return shorten(oneLine(text), 300);
}

/** How much of a text is shown. */
export interface Extent {
  lines: number;
  characters: number;
}

/**
 * Beginning and end of a text that is longer than `extent`, with a count of what is left out in between.
 * @returns the text itself if it is not; otherwise a little more than `extent`
 */
export function abridge(text: string, { lines, characters }: Extent): string {
  const all = text.split("\n");
  const fewer = all.length <= lines ? text : withGap(all, lines).join("\n");
  if (fewer.length <= characters) return fewer;
  const [head, tail] = ends(characters);
  const left = fewer.length - head - tail;
  return `${fewer.slice(0, head)} … ${plural(left, "character")} left out … ${fewer.slice(-tail)}`.toWellFormed();
}

function withGap(all: readonly string[], most: number): string[] {
  const [head, tail] = ends(most);
  return [
    ...all.slice(0, head),
    `… ${plural(all.length - head - tail, "line")} left out …`,
    ...all.slice(-tail),
  ];
}

/** The beginning usually says more than the end. */
function ends(most: number): [head: number, tail: number] {
  const tail = Math.ceil(most / 4);
  return [most - tail, tail];
}

/** Milliseconds for people: `412 ms`, `1.20 s`, `38.5 s`, `2 min 05 s`. */
export function formatDuration(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 1000) return `${whole} ms`;
  if (whole < 10_000) return `${(whole / 1000).toFixed(2)} s`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** Time that still runs: like `formatDuration`, but without digits that change too fast to be read. */
export function formatElapsed(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms);
}

/** `1 scenario`, `2 scenarios`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** By code unit: the same order on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A Markdown table without an end of line.
 * @param rows cells that are Markdown already, without a bar that would end them
 * @param toTheRight columns whose cells are aligned to the right
 */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  toTheRight: readonly string[] = [],
): string {
  const rule = columns.map((column) => (toTheRight.includes(column) ? "--:" : "---"));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
