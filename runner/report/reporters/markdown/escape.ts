import { inShort, oneLine, printable } from "../../../base/text.ts";

/** Text on one line that Markdown shows as it is, also in a table cell. */
export function escapeText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]<|~]|(?<![A-Za-z\d])_|_(?![A-Za-z\d])|&(?=[#\w]+;)/g, "\\$&")
    .replace(/^[-+=#>]/, "\\$&")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2");
}

/** The same for a table cell that only has to say what it is about. */
export function escapeCell(text: string): string {
  return escapeText(inShort(text));
}

/** A code span on one line; the fence is longer than any run of backticks inside. */
export function codeSpan(text: string): string {
  const code = oneLine(text);
  if (code === "") return "";
  const fence = "`".repeat(longestBackticks(code) + 1);
  const padding = code.startsWith("`") || code.endsWith("`") ? " " : "";
  return `${fence}${padding}${code}${padding}${fence}`;
}

/** A code span for a table cell, where a bar would end the cell even inside of code. */
export function codeCell(text: string): string {
  return codeSpan(text).replaceAll("|", "\\|");
}

/** A fenced block; what is inside cannot end it. */
export function codeBlock(text: string, language = ""): string {
  const code = printable(text).trimEnd();
  const fence = "`".repeat(Math.max(3, longestBackticks(code) + 1));
  return `${fence}${language}\n${code}\n${fence}`;
}

/** A link to a file below the report's folder. */
export function fileLink(label: string, path: string): string {
  return `[${escapeText(label)}](<${path.replace(/[<>\\\n]/g, (character) => encodeURIComponent(character))}>)`;
}

/** Links to the files that a scenario left. */
export function evidenceLinks(files: readonly { kind: string; path: string }[]): string {
  return files.map(({ kind, path }) => fileLink(kind, path)).join(", ");
}

function longestBackticks(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
