import type { Code, Heading, Nodes, Root, Yaml } from "mdast";
import remarkFrontmatter from "remark-frontmatter";
import remarkParse from "remark-parse";
import { unified } from "unified";

/** Front matter or a fenced block: its content and where that stands in the file. */
export interface MarkdownBlock {
  /** Words of the info string, lower case; empty for front matter. */
  info: readonly string[];
  /** As the author meant it: without the indentation of an enclosing list. */
  content: string;
  /** Offsets in the file of the block and of its end. */
  start: number;
  end: number;
  /** Offset in the file of the first line of the content. */
  contentStart: number;
  closed: boolean;
}

export interface MarkdownOutline {
  frontMatter: MarkdownBlock | undefined;
  /** In document order, at any depth. */
  fences: readonly MarkdownBlock[];
  /** The first heading of the first rank. */
  heading: { text: string; offset: number } | undefined;
}

const processor = unified().use(remarkParse).use(remarkFrontmatter, ["yaml"]).freeze();

/** Finds front matter, fences and the heading of a Markdown text. Never throws. */
export function outlineMarkdown(text: string): MarkdownOutline {
  const root = processor.parse(text) as Root;
  const fences: MarkdownBlock[] = [];
  let heading: MarkdownOutline["heading"];
  const visit = (node: Nodes): void => {
    if (node.type === "code") {
      const block = fencedBlock(text, node);
      if (block) fences.push(block);
    } else if (node.type === "heading" && node.depth === 1) {
      heading ??= headingOf(text, node);
    } else if ("children" in node) {
      for (const child of node.children) visit(child);
    }
  };
  visit(root);
  const first = root.children[0];
  return { frontMatter: first?.type === "yaml" ? block(text, first, [], true) : undefined, fences, heading };
}

function fencedBlock(text: string, node: Code): MarkdownBlock | undefined {
  const { start, end } = offsets(node);
  const fence = /^(?:`{3,}|~{3,})/.exec(text.slice(start, end))?.[0];
  if (fence === undefined) return undefined; // indented code
  const info = `${node.lang ?? ""} ${node.meta ?? ""}`.toLowerCase().split(/\s+/).filter(Boolean);
  const lastLine =
    text
      .slice(start, end)
      .split(/\r\n|\n|\r/)
      .slice(1)
      .at(-1) ?? "";
  const marker = lastLine.replace(/^[\s>]*/, "").trimEnd();
  const closed = marker.length >= fence.length && marker === fence.charAt(0).repeat(marker.length);
  return block(text, node, info, closed);
}

function block(text: string, node: Code | Yaml, info: readonly string[], closed: boolean): MarkdownBlock {
  const { start, end } = offsets(node);
  const firstBreak = /\r\n|\n|\r/g;
  firstBreak.lastIndex = start;
  const found = firstBreak.exec(text);
  const contentStart = found && found.index < end ? found.index + found[0].length : end;
  return { info, content: node.value, start, end, contentStart, closed };
}

function headingOf(text: string, node: Heading): { text: string; offset: number } {
  const { start, end } = offsets(node);
  const line = text.slice(start, end).split(/\r\n|\n|\r/, 1)[0] ?? "";
  return {
    text: line
      .replace(/^#\s+/, "")
      .replace(/\s+#*$/, "")
      .trim(),
    offset: start,
  };
}

function offsets(node: Nodes): { start: number; end: number } {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 };
}
