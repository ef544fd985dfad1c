import { resolve } from "node:path";
import type { Diagnostic } from "./diagnostic.ts";
import { readText } from "./read-source.ts";

/** What is needed of the stream that the text is meant for. */
export interface Output {
  isTTY?: boolean;
  /** Knows the terminal and NO_COLOR. */
  hasColors?(): boolean;
}

const RED = 31;
const YELLOW = 33;
const CYAN = 36;

/**
 * Diagnostics for people, a blank line between two of them.
 * @param cwd absolute folder that the diagnostics' file names are relative to
 */
export async function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  output: Output = {},
  cwd: string = process.cwd(),
): Promise<string> {
  const colors = output.isTTY === true && output.hasColors?.() === true;
  const texts = new Map<string, readonly string[]>();
  const blocks: string[] = [];
  for (const diagnostic of diagnostics) {
    const lines = texts.get(diagnostic.file) ?? readLines(resolve(cwd, diagnostic.file));
    texts.set(diagnostic.file, lines);
    blocks.push(await formatDiagnostic(diagnostic, lines, colors));
  }
  return blocks.join("\n\n");
}

/**
 * One diagnostic: place, severity, message and code on a line, then the lines of the file with the
 * place marked, then what to do.
 * @param lines of the file; if there are none, none are shown
 */
async function formatDiagnostic(
  diagnostic: Diagnostic,
  lines: readonly string[],
  colors: boolean,
): Promise<string> {
  const { file, line, column, severity, message, code, hint } = diagnostic;
  const paint = (color: number, words: string): string =>
    colors ? `\u001b[${color}m${words}\u001b[39m` : words;
  const label = paint(severity === "error" ? RED : YELLOW, severity);
  const parts = [`${file}:${line}:${column}  ${label}  ${message}  [${code}]`];
  if (lines.length > 0) parts.push(indent(await frameOf(lines, diagnostic, colors)));
  if (hint) parts.push(`  ${paint(CYAN, "hint:")} ${hint}`);
  return parts.join("\n");
}

/** The file may be gone or unreadable by now; the message stands without its lines. */
function readLines(path: string): string[] {
  const text = readText(path);
  return typeof text === "string" && text !== "" ? linesOf(text) : [];
}

/** The library takes some characters for line breaks that are not line breaks here. */
function linesOf(text: string): string[] {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[\r\u2028\u2029]/g, " ")
    .split("\n");
}

/** Marks the place in the lines around it. */
export function sourceFrame(
  text: string,
  place: Pick<Diagnostic, "line" | "column" | "endLine" | "endColumn">,
): Promise<string> {
  return frameOf(linesOf(text), place, false);
}

const LINES_ABOVE = 2;
const LINES_BELOW = 1;
/** Longer lines are not shown as a whole; the marked one around its place. */
const MAX_WIDTH = 300;
const WIDTH_BEFORE = 100;

/** Loads the frame library only when something is wrong, and gives it only the lines that are shown. */
async function frameOf(
  lines: readonly string[],
  { line, column, endColumn = column }: Pick<Diagnostic, "line" | "column" | "endColumn">,
  colors: boolean,
): Promise<string> {
  const { codeFrameColumns } = await import("@babel/code-frame");
  const first = Math.max(1, line - LINES_ABOVE);
  const cut = (lines[line - 1]?.length ?? 0) > MAX_WIDTH ? Math.max(0, column - 1 - WIDTH_BEFORE) : 0;
  const shown = lines.slice(first - 1, line + LINES_BELOW).map((text, index) => {
    const from = first + index === line ? cut : 0;
    return text.slice(from, from + MAX_WIDTH);
  });
  const end = Math.min(endColumn, cut + MAX_WIDTH + 1);
  // The library counts columns from 0.
  const frame = codeFrameColumns(
    shown.join("\n"),
    { start: { line, column: column - 1 - cut }, end: { line, column: end - 1 - cut } },
    { linesAbove: LINES_ABOVE, linesBelow: LINES_BELOW, startLine: first },
  );
  // Without its own highlighting: that is for JavaScript and would colour Markdown and YAML at random.
  return colors ? frame.replace(/^>.*$/gm, (marked) => `\u001b[1m${marked}\u001b[22m`) : frame;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
