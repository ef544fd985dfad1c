import { indexAtMost, type Position, type SourceFile } from "./source.ts";

/**
 * Maps offsets of a block's content to the file. Where the block is indented (in a list or a quote)
 * the content lacks the indentation of each line, so that the mapping goes line by line.
 * @param start offset in the file of the content's first line
 * @param end offset in the file where the block ends
 */
export function piecePositions(
  file: SourceFile,
  content: string,
  start: number,
  end: number,
): (offset: number) => Position {
  if (file.text.startsWith(content, start))
    return (offset) => file.position(start + Math.min(offset, content.length));
  let lines: { content: number; file: number }[] | undefined;
  return (offset) => {
    lines ??= pairLines(content, file.text.slice(start, end), start);
    const line = lines[indexAtMost(lines.length, (index) => lines?.[index]?.content ?? 0, offset)];
    return file.position(line ? line.file + offset - line.content : start);
  };
}

const LINE = /([^\r\n]*)(\r\n|\n|\r|$)/gy;

/** Each content line is the end of its file line; what is in front of it is indentation. */
function pairLines(content: string, raw: string, start: number): { content: number; file: number }[] {
  const pairs: { content: number; file: number }[] = [];
  const rawLines = linesOf(raw);
  for (const [index, line] of linesOf(content).entries()) {
    const rawLine = rawLines[index];
    if (!rawLine) break;
    const indent = Math.max(0, rawLine.text.length - line.text.length);
    pairs.push({ content: line.offset, file: start + rawLine.offset + indent });
  }
  return pairs;
}

function linesOf(text: string): { text: string; offset: number }[] {
  const lines: { text: string; offset: number }[] = [];
  LINE.lastIndex = 0;
  for (let match = LINE.exec(text); match; match = LINE.exec(text)) {
    lines.push({ text: match[1] ?? "", offset: match.index });
    if (match[2] === "") break;
  }
  return lines;
}
