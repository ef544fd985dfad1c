/** Lines between an opening and a closing fence (or the `---` lines of front matter), as offsets. */
export interface Cut {
  /** Where the content begins: right after the opening line. */
  start: number;
  /** Where the closing line begins. */
  end: number;
}

/** A line with its break; the last line has none. */
const LINE = /([^\n]*)(?:\n|$)/gy;

/**
 * Finds the contents of front matter and of fences that begin in the first column. What stands in
 * them cannot change how the rest is read, and most of a scenario stands in them, so that the Markdown
 * parser, which looks at every character, is spared them.
 * @returns in order; empty if the text has anything that could make a fence mean something else
 */
export function findCuts(text: string): Cut[] {
  if (/\0|\r(?!\n)/.test(text)) return [];
  const cuts: Cut[] = [];
  let open: { start: number; closing: RegExp } | undefined;
  LINE.lastIndex = 0;
  for (let match = LINE.exec(text); match; match = LINE.exec(text)) {
    const line = (match[1] ?? "").replace(/\r$/, "");
    if (open) {
      if (open.closing.test(line)) {
        if (match.index > open.start) cuts.push({ start: open.start, end: match.index });
        open = undefined;
      }
    } else if (match.index === 0 && /^---[ \t]*$/.test(line)) {
      open = { start: LINE.lastIndex, closing: /^---[ \t]*$/ };
    } else {
      const fence = /^(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(line);
      if (fence) open = { start: LINE.lastIndex, closing: closingOf(fence[1] ?? fence[2] ?? "") };
      else if (couldHideFence(line)) return [];
    }
    if (LINE.lastIndex >= text.length) break;
  }
  return cuts;
}

function closingOf(fence: string): RegExp {
  return new RegExp(`^ {0,3}${fence.charAt(0)}{${fence.length},}[ \\t]*$`);
}

/** Fences inside lists and quotes, and HTML blocks, which take in what looks like a fence. */
function couldHideFence(line: string): boolean {
  return line.includes("```") || line.includes("~~~") || /^[\s>]*</.test(line);
}

/** The text without the cut parts. */
export function cutOut(text: string, cuts: readonly Cut[]): string {
  let result = "";
  let from = 0;
  for (const { start, end } of cuts) {
    result += text.slice(from, start);
    from = end;
  }
  return result + text.slice(from);
}

/** Offset in the whole text of an offset in the text without the cut parts. */
export function restoreOffset(offset: number, cuts: readonly Cut[]): number {
  let restored = offset;
  for (const { start, end } of cuts) {
    if (restored < start) break;
    restored += end - start;
  }
  return restored;
}
