import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Diagnostic } from "./diagnostic.ts";

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
  const texts = new Map<string, string>();
  const blocks: string[] = [];
  for (const diagnostic of diagnostics) {
    const text = texts.get(diagnostic.file) ?? readText(resolve(cwd, diagnostic.file));
    texts.set(diagnostic.file, text);
    blocks.push(await formatDiagnostic(diagnostic, text, colors));
  }
  return blocks.join("\n\n");
}

/**
 * One diagnostic: place, severity, message and code on a line, then the lines of the file with the
 * place marked, then what to do.
 * @param text content of the file; if empty, no lines are shown
 */
async function formatDiagnostic(diagnostic: Diagnostic, text: string, colors = false): Promise<string> {
  const { file, line, column, severity, message, code, hint } = diagnostic;
  const paint = (color: number, words: string): string =>
    colors ? `\u001b[${color}m${words}\u001b[39m` : words;
  const label = paint(severity === "error" ? RED : YELLOW, severity);
  const parts = [`${file}:${line}:${column}  ${label}  ${message}  [${code}]`];
  if (text !== "") parts.push(indent(await sourceFrame(text, diagnostic, colors)));
  if (hint) parts.push(`  ${paint(CYAN, "hint:")} ${hint}`);
  return parts.join("\n");
}

/** The file may be gone or unreadable by now; the message stands without its lines. */
function readText(path: string): string {
  return existsSync(path)
    ? readFileSync(path, "utf8")
        .replace(/^\uFEFF/, "")
        .replaceAll("\r\n", "\n")
    : "";
}

/** Marks the place in the lines around it. Loads the frame library only when something is wrong. */
export async function sourceFrame(
  text: string,
  place: Pick<Diagnostic, "line" | "column" | "endLine" | "endColumn">,
  colors = false,
): Promise<string> {
  const { codeFrameColumns } = await import("@babel/code-frame");
  const { line, column, endColumn = column } = place;
  // The library counts columns from 0, and takes some characters for line breaks that are not line breaks here.
  const location = { start: { line, column: column - 1 }, end: { line, column: endColumn - 1 } };
  const frame = codeFrameColumns(text.replace(/[\r\u2028\u2029]/g, " "), location, {
    linesAbove: 2,
    linesBelow: 1,
  });
  // Without its own highlighting: that is for JavaScript and would colour Markdown and YAML at random.
  return colors ? frame.replace(/^>.*$/gm, (marked) => `\u001b[1m${marked}\u001b[22m`) : frame;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
