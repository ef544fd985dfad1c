import { atOffset, type Diagnostics, SourceRange } from "../source/diagnostic.ts";
import type { LocatedNode } from "../source/locate.ts";
import type { SourceFile } from "../source/source.ts";
import type { StepSection } from "../types.ts";
import { parseYamlPiece, requireList } from "../yaml/yaml.ts";
import type { MarkdownBlock, MarkdownHeading } from "./markdown.ts";

/**
 * The steps of a document: each heading below which `yaml qa-step` fences stand, with what is in them.
 * @param headings those of ranks 2 to 6, and `fences` those of steps, both in the order of the document
 * @param readsBlocks false leaves the statements unread
 */
export function readStepSections(
  file: SourceFile,
  headings: readonly MarkdownHeading[],
  fences: readonly MarkdownBlock[],
  diagnostics: Diagnostics,
  readsBlocks: boolean,
  plainYaml: readonly MarkdownBlock[] = [],
): StepSection[] {
  const sections = new Map<MarkdownHeading, { name: string; heading: SourceRange; blocks: LocatedNode[] }>();
  const byName = new Map<string, MarkdownHeading>();
  let next = 0;
  for (const fence of fences) {
    while ((headings[next]?.offset ?? fence.start) < fence.start) next += 1;
    const heading = headings[next - 1];
    if (!heading || heading.text === "") {
      diagnostics.error(atOffset(file, fence.start), {
        code: "step-without-heading",
        message: heading
          ? "the heading of this step is empty"
          : "no heading of rank 2 to 6 is above this step",
        hint: "Write what the step shows as a heading above it: `## The agent answers`.",
      });
      continue;
    }
    let section = sections.get(heading);
    if (!section) {
      section = { name: heading.text, heading: rangeOf(file, heading), blocks: [] };
      sections.set(heading, section);
      reportSameName(file, heading, byName, diagnostics);
    }
    if (!readsBlocks) continue;
    const piece = requireList(parseYamlPiece(file, fence.content, fence.contentStart, fence.end));
    diagnostics.all.push(...piece.diagnostics);
    if (piece.root) section.blocks.push(piece.root);
  }
  const [first, ...others] = [...sections.values()].map((section) => ({ ...section, unmarked: NONE }));
  return first
    ? [{ ...first, unmarked: plainYaml.flatMap((fence) => unmarkedIn(file, fence)) }, ...others]
    : [];
}

const NONE: StepSection["unmarked"] = [];

/** The word with which a block's list begins, if it is one. */
function unmarkedIn(file: SourceFile, { content, start }: MarkdownBlock): StepSection["unmarked"] {
  const word = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*-[ \t]+(\w+)[ \t]*(?::|\r?$)/m.exec(content)?.[1];
  if (word === undefined) return NONE;
  const at = file.text.toLowerCase().indexOf("y", start);
  const end = at + (/^\w+/.exec(file.text.slice(at))?.[0].length ?? 0);
  return [{ word, range: new SourceRange(file, (offset) => file.position(offset), at, end) }];
}

function reportSameName(
  file: SourceFile,
  heading: MarkdownHeading,
  byName: Map<string, MarkdownHeading>,
  diagnostics: Diagnostics,
): void {
  const first = byName.get(heading.text);
  if (!first) {
    byName.set(heading.text, heading);
    return;
  }
  diagnostics.error(rangeOf(file, heading), {
    code: "duplicate-step",
    message: `there is a step \`${heading.text}\` already, on line ${file.position(first.offset).line}`,
    hint: "Give each step a heading of its own, so that a report can distinguish them.",
  });
}

/** The heading's line, from its marks on. */
function rangeOf(file: SourceFile, { offset }: MarkdownHeading): SourceRange {
  const [line = ""] = /[^\r\n]*/.exec(file.text.slice(offset)) ?? [];
  return new SourceRange(file, (at) => file.position(at), offset, offset + line.trimEnd().length);
}
