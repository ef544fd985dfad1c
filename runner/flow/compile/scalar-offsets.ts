import { Scalar } from "yaml";

/**
 * Maps offsets in a scalar's value to offsets in the YAML text it was read from, so that a diagnostic
 * inside an expression points at the right character whatever YAML style the author chose.
 * Folded blocks (`>`) lose their line structure; every offset in them maps to the start.
 */
export function scalarOffsets(scalar: Scalar, text: string): (offset: number) => number {
  const start = scalar.range?.[0] ?? 0;
  const end = scalar.range?.[1] ?? text.length;
  const value = String(scalar.value);
  const quote = scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE ? 1 : 0;
  // Nearly every scalar stands in the text as it is.
  if (text.startsWith(value, start + quote))
    return (offset) => start + quote + Math.min(offset, value.length);
  switch (scalar.type) {
    case Scalar.BLOCK_LITERAL:
      return fromTable(literalTable(text, start, end, value));
    case Scalar.QUOTE_DOUBLE:
      return fromTable(flowTable(text, start + quote, end - quote, doubleQuotedEscape));
    case Scalar.QUOTE_SINGLE:
      return fromTable(flowTable(text, start + quote, end - quote, singleQuotedEscape));
    case Scalar.PLAIN:
      return fromTable(flowTable(text, start, end, noEscape));
    default:
      return () => start;
  }
}

function fromTable(table: readonly number[]): (offset: number) => number {
  const last = table.at(-1) ?? 0;
  return (offset) => table[offset] ?? last;
}

/** Value offsets of a `|` block: every line loses the block's indentation and a CR before its LF. */
function literalTable(text: string, start: number, end: number, value: string): number[] {
  const headerEnd = text.indexOf("\n", start);
  if (headerEnd === -1) return [start];
  const indent = firstIndent(text.slice(headerEnd + 1, end)) - firstIndent(value);
  const table: number[] = [];
  let lineStart = headerEnd + 1;
  while (lineStart < end) {
    const newline = text.indexOf("\n", lineStart);
    const lineEnd = newline === -1 || newline > end ? end : newline;
    const contentEnd = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
    for (let at = lineStart + indent; at < contentEnd; at += 1) table.push(at);
    table.push(contentEnd);
    lineStart = lineEnd + 1;
  }
  return table;
}

/** Blanks before the first line that is not empty. */
function firstIndent(lines: string): number {
  return /^(?:[ \t]*\r?\n)*([ \t]*)/.exec(lines)?.[1]?.length ?? 0;
}

/** How many characters of the text make how many of the value. */
interface Piece {
  sourceLength: number;
  valueLength: number;
}

type EscapeReader = (text: string, at: number) => Piece | undefined;

/** Value offsets of a plain or quoted scalar, whose lines are folded. */
function flowTable(text: string, start: number, end: number, escapeAt: EscapeReader): number[] {
  const table: number[] = [];
  let at = start;
  while (at < end) {
    const piece = foldAt(text, at) ?? escapeAt(text, at) ?? ONE_CHARACTER;
    for (let count = 0; count < piece.valueLength; count += 1) table.push(at);
    at += piece.sourceLength;
  }
  table.push(end);
  return table;
}

const ONE_CHARACTER: Piece = { sourceLength: 1, valueLength: 1 };
const LINE_FOLD = /[ \t]*(?:\r?\n[ \t]*)+/y;

/** A line break with the blanks around it is one space, or a newline for each empty line in it. */
function foldAt(text: string, at: number): Piece | undefined {
  LINE_FOLD.lastIndex = at;
  const blanks = LINE_FOLD.exec(text)?.[0];
  if (blanks === undefined) return undefined;
  const breaks = blanks.split("\n").length - 1;
  return { sourceLength: blanks.length, valueLength: Math.max(1, breaks - 1) };
}

const noEscape: EscapeReader = () => undefined;

const singleQuotedEscape: EscapeReader = (text, at) =>
  text.startsWith("''", at) ? { sourceLength: 2, valueLength: 1 } : undefined;

const DOUBLE_QUOTED_ESCAPE = /\\(?:\r?\n[ \t]*|x.{2}|u.{4}|U.{8}|.)/y;

const doubleQuotedEscape: EscapeReader = (text, at) => {
  DOUBLE_QUOTED_ESCAPE.lastIndex = at;
  const sequence = DOUBLE_QUOTED_ESCAPE.exec(text)?.[0];
  if (sequence === undefined) return undefined;
  // A backslash before a line break joins the lines and leaves nothing behind.
  return { sourceLength: sequence.length, valueLength: sequence.includes("\n") ? 0 : 1 };
};
