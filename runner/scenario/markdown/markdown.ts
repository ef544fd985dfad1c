import type { Code, Heading, Nodes, Root, Yaml } from "mdast";
import remarkFrontmatter from "remark-frontmatter";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { type Cut, cutOut, findCuts, restoreOffset } from "./cuts.ts";

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

const LINE_BREAK = /\r\n|\n|\r/;

/**
 * Finds front matter, fences and the heading of a Markdown text. Never throws.
 * @param cuts parts that the Markdown parser need not look at; without any, the outline is the same but takes longer
 */
export function outlineMarkdown(text: string, cuts: readonly Cut[] = findCuts(text)): MarkdownOutline {
  return new Outliner(text, cuts).outline();
}

class Outliner {
  readonly #text: string;
  readonly #cuts: readonly Cut[];
  readonly #fences: MarkdownBlock[] = [];
  #heading: MarkdownOutline["heading"];

  constructor(text: string, cuts: readonly Cut[]) {
    this.#text = text;
    this.#cuts = cuts;
  }

  outline(): MarkdownOutline {
    const root = processor.parse(cutOut(this.#text, this.#cuts)) as Root;
    this.#visit(root);
    const first = root.children[0];
    return {
      frontMatter: first?.type === "yaml" ? this.#block(first, [], true) : undefined,
      fences: this.#fences,
      heading: this.#heading,
    };
  }

  #visit(node: Nodes): void {
    if (node.type === "code") this.#addFence(node);
    else if (node.type === "heading" && node.depth === 1) this.#heading ??= this.#headingOf(node);
    else if ("children" in node) for (const child of node.children) this.#visit(child);
  }

  #addFence(node: Code): void {
    const { start, end } = this.#offsets(node);
    const text = this.#text.slice(start, end);
    const fence = /^(?:`{3,}|~{3,})/.exec(text)?.[0];
    if (fence === undefined) return; // indented code
    const info = `${node.lang ?? ""} ${node.meta ?? ""}`.toLowerCase().split(/\s+/).filter(Boolean);
    const lastLine = text.split(LINE_BREAK).slice(1).at(-1) ?? "";
    const marker = lastLine.replace(/^[\s>]*/, "").trimEnd();
    const closed = marker.length >= fence.length && marker === fence.charAt(0).repeat(marker.length);
    this.#fences.push(this.#block(node, info, closed));
  }

  #block(node: Code | Yaml, info: readonly string[], closed: boolean): MarkdownBlock {
    const { start, end } = this.#offsets(node);
    const firstBreak = LINE_BREAK.exec(this.#text.slice(start, end));
    const contentStart = firstBreak ? start + firstBreak.index + firstBreak[0].length : end;
    const cut = this.#cuts.find((candidate) => candidate.start === contentStart);
    const content = cut ? this.#text.slice(cut.start, cut.end).replace(/\r?\n$/, "") : node.value;
    return { info, content, start, end, contentStart, closed };
  }

  #headingOf(node: Heading): { text: string; offset: number } {
    const { start, end } = this.#offsets(node);
    const line = this.#text.slice(start, end).split(LINE_BREAK, 1)[0] ?? "";
    const text = line.replace(/^#\s+/, "").replace(/\s+#*$/, "");
    return { text: text.trim(), offset: start };
  }

  #offsets(node: Nodes): { start: number; end: number } {
    const { position } = node;
    return {
      start: restoreOffset(position?.start.offset ?? 0, this.#cuts),
      end: restoreOffset(position?.end.offset ?? 0, this.#cuts),
    };
  }
}
