import { stringify } from "yaml";
import { outlineMarkdown } from "../markdown/markdown.ts";
import type { SourceRange } from "../source/diagnostic.ts";
import type { Position, SourceFile } from "../source/source.ts";
import type { Scenario } from "../types.ts";
import { applyEdits, type Edit } from "./format.ts";

/** What a new scenario is called, and where it goes. */
export interface NewScenario {
  id: string;
  title: string;
  /** Folder below the pack's root; undefined for the root itself. */
  theme: string | undefined;
}

/** `greets-back` as a title: `Greets back`. */
export function titleOf(id: string): string {
  const words = id.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * A scenario that says what a scenario is, passes, and would fail if nobody answered.
 * @param brief a title and steps are enough in its pack
 */
export function newScenarioText({ id, title, theme }: NewScenario, brief: boolean): string {
  const metadata = brief
    ? { unique: "marker" }
    : {
        id,
        title,
        surface: theme?.split("/")[0] ?? "agent",
        coverage: { primary: [`${theme?.split("/")[0] ?? "agent"}.${id}`] },
        objective: "Verify that the agent answers a message with what it was asked for.",
        successCriteria: ["The answer holds a value that stands nowhere else."],
        unique: "marker",
      };
  return `---
${stringify(metadata, { lineWidth: 0 })}---

# ${title}

Say here why this matters, and what a reader should know to understand a failure. The run makes up \`marker\`, so nobody can
answer with it who was not asked.

## Someone writes, and the agent answers

\`\`\`yaml qa-step
- say: "Reply exactly: \${marker}"
  as: alice
- expectReply: "\${marker}"
\`\`\`
`;
}

/** The text of a scenario under another id and title; everything else stays byte for byte. */
export function copiedText({ file, meta: { title: old }, at }: Scenario, { id, title }: NewScenario): string {
  const edits = [scalarEdit(file, at(["id"]), id), scalarEdit(file, at(["title"]), title)];
  const { heading } = file.path.toLowerCase().endsWith(".md") ? outlineMarkdown(file.text) : {};
  if (heading?.text === old) {
    const start = file.text.indexOf(old, heading.offset);
    if (start !== -1) edits.push({ start, end: start + old.length, text: title });
  }
  const inOrder = edits.filter((edit) => edit !== undefined).sort((a, b) => a.start - b.start);
  return applyEdits(file.text, inOrder);
}

/** @returns undefined if there is no such key: then the range is the point where the mapping begins */
function scalarEdit(file: SourceFile, range: SourceRange, value: string): Edit | undefined {
  const [start, end] = [offsetOf(file.text, range.start), offsetOf(file.text, range.end)];
  if (start === end) return undefined;
  // A text of several lines ends with its line break.
  const lineBreak = /\r?\n$/.exec(file.text.slice(start, end))?.[0] ?? "";
  return { start, end, text: stringify(value, { lineWidth: 0 }).trimEnd() + lineBreak };
}

function offsetOf(text: string, { line, column }: Position): number {
  let start = 0;
  for (let each = 1; each < line; each += 1) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}
