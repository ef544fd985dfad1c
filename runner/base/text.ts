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

/** What `abridge` has left out. */
const GAP = /… (?:(\d+) lines?)?(?: and )?(?:(\d+) characters?)? left out …/g;

/**
 * Beginning and end of a text that is longer than `extent`, with a count of what is left out in between. What was left out
 * of the text before counts as well.
 * @returns the text itself if it is not; otherwise a little more than `extent`
 */
export function abridge(text: string, { lines, characters }: Extent): string {
  const all = text.split("\n");
  const fewer = all.length <= lines ? text : withFewerLines(all, lines);
  return fewer.length <= characters ? fewer : withFewerCharacters(fewer, characters);
}

function withFewerLines(all: readonly string[], most: number): string {
  const [head, tail] = ends(most);
  const out = all.slice(head, -tail);
  // A gap between lines stands on a line of its own, which was none before.
  const before = gapsIn(out.join("\n")).reduce(
    (sum, gap) => sum + gap.lines - (gap.lines > 0 && gap.characters === 0 ? 1 : 0),
    0,
  );
  return [...all.slice(0, head), gapText(out.length + before, 0), ...all.slice(-tail)].join("\n");
}

function withFewerCharacters(text: string, most: number): string {
  const [head, tail] = ends(most);
  let [from, to] = [head, text.length - tail];
  const gaps = gapsIn(text).filter((gap) => gap.from < to && gap.to > from);
  // Half a count would be a wrong one.
  from = Math.min(from, ...gaps.map((gap) => gap.from));
  to = Math.max(to, ...gaps.map((gap) => gap.to));
  const lines = gaps.reduce((sum, gap) => sum + gap.lines, 0);
  const characters = gaps.reduce((sum, gap) => sum + gap.characters - (gap.to - gap.from), to - from);
  return `${text.slice(0, from)} ${gapText(lines, characters)} ${text.slice(to)}`.toWellFormed();
}

function gapText(lines: number, characters: number): string {
  const amounts = [
    ...(lines > 0 ? [plural(lines, "line")] : []),
    ...(characters > 0 ? [plural(characters, "character")] : []),
  ];
  return `… ${amounts.join(" and ")} left out …`;
}

function gapsIn(text: string) {
  return [...text.matchAll(GAP)].map(({ 0: whole, 1: lines = 0, 2: characters = 0, index }) => {
    // The spaces around a gap within a line are its own.
    const margin = characters === 0 ? 0 : 1;
    return {
      from: Math.max(0, index - margin),
      to: index + whole.length + margin,
      lines: Number(lines),
      characters: Number(characters),
    };
  });
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
