import type { AttemptView } from "../attempt-view.ts";

interface SourceLine {
  line: number;
  text: string;
}

/** What a scenario's file says of a step. */
export interface Section {
  prose: string;
  code: SourceLine[];
}

/** The part of the file that belongs to a step: prose and statements below its heading, or its lines in a flow. */
export function sectionOf({ source, steps }: AttemptView, step: number): Section | undefined {
  const from = steps[step]?.line;
  if (source === undefined || from === undefined) return undefined;
  const later = steps.flatMap(({ line }) => (line !== undefined && line > from ? [line] : []));
  const to = Math.min(Number.POSITIVE_INFINITY, ...later) - 1;
  const lines = source.split("\n").map((text, index) => ({ line: index + 1, text }));
  const own = lines.filter(({ line }) => line >= from && line <= to);
  const heading = /^(#+)\s/.exec(own[0]?.text ?? "");
  return heading ? belowHeading(own.slice(1), heading[1]?.length ?? 1) : inFlow(own);
}

function belowHeading(lines: readonly SourceLine[], level: number): Section {
  const prose: string[] = [];
  const code: SourceLine[] = [];
  let fence = "";
  for (const each of lines) {
    const mark = /^(`{3,}|~{3,})/.exec(each.text)?.[1] ?? "";
    const next = /^(#+)\s/.exec(each.text)?.[1];
    if (fence === "" && next !== undefined && next.length <= level) break;
    if (fence === "" && mark !== "") fence = mark;
    else if (fence !== "" && mark.startsWith(fence)) fence = "";
    else if (fence !== "") code.push(each);
    else prose.push(each.text);
  }
  return { prose: prose.join("\n").trim(), code };
}

function inFlow(lines: readonly SourceLine[]): Section {
  const end = lines.findIndex(({ text }) => /^(`{3,}|~{3,})/.test(text));
  return { prose: "", code: end < 0 ? [...lines] : lines.slice(0, end) };
}
