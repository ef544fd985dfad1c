import { LIMITS } from "../source/limits.ts";
import { type HtmlEnd, htmlBlock } from "./html.ts";
import { Line } from "./line.ts";

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

export interface MarkdownHeading {
  /** Without its marks; what it is marked up with stays. */
  text: string;
  /** From 1 to 6. */
  rank: number;
  /** Offset in the file. */
  offset: number;
}

export interface MarkdownOutline {
  frontMatter: MarkdownBlock | undefined;
  /** In document order, at any depth. */
  fences: readonly MarkdownBlock[];
  /** The first heading of the first rank. */
  heading: MarkdownHeading | undefined;
  /** Those of ranks 2 to 6, in document order. */
  sections: readonly MarkdownHeading[];
  /** Offset where lists and quotes lie too deep in one another; the outline ends before it. */
  tooDeep: number | undefined;
}

/**
 * Finds front matter, fences and the heading of a Markdown text, as CommonMark has them. Only the structure of blocks is
 * read, line by line, so that the time is linear in the size; what the prose says and how it is marked up does not
 * matter here. Never throws.
 */
export function outlineMarkdown(text: string): MarkdownOutline {
  return new Outliner(text.replaceAll("\0", "\uFFFD")).outline();
}

/** A quote, or a list item with the columns that its lines are indented by. */
type Container = { kind: "quote" } | { kind: "item"; columns: number; isEmpty: boolean };

interface OpenFence {
  kind: "fence";
  info: readonly string[];
  start: number;
  contentStart: number;
  /** Columns that its lines may be indented by without that being content. */
  indent: number;
  closing: RegExp;
  content: string;
  /** Offset in the file where its last line so far ends. */
  end: number;
}

/** What lines go on with, inside the containers. */
type Leaf = OpenFence | { kind: "paragraph"; line: Line } | { kind: "html"; end: HtmlEnd } | undefined;

const LINE_BREAK = /\r\n|\n|\r/g;
const MATTER = /^---[ \t]*$/;
const HEADING = /(#{1,6})(?=[ \t]|$)/y;
const UNDERLINE = /(=+|-+)[ \t]*$/y;
const BREAK = /(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/y;
const FENCE = /(?:(`{3,})([^`]*)|(~{3,})(.*))$/y;
const QUOTE = />/y;
/** A marker; the second group is there if nothing follows it. */
const ITEM = /(?:[*+-]|(\d{1,9})[.)])(?:(?=[ \t]+[^ \t])|([ \t]*)$)/y;
const DEFINITION = /\[[^[\]]+\]:/y;

class Outliner {
  readonly #text: string;
  readonly #fences: MarkdownBlock[] = [];
  readonly #containers: Container[] = [];
  #leaf: Leaf;
  #frontMatter: MarkdownBlock | undefined;
  #heading: MarkdownHeading | undefined;
  readonly #sections: MarkdownHeading[] = [];
  #tooDeep: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  outline(): MarkdownOutline {
    let start = this.#readFrontMatter();
    while (start < this.#text.length && this.#tooDeep === undefined) {
      const { end, next } = this.#lineAt(start);
      this.#read(new Line(this.#text.slice(start, end), start), next);
      start = next;
    }
    this.#closeLeaf();
    return {
      frontMatter: this.#frontMatter,
      fences: this.#fences,
      heading: this.#heading,
      sections: this.#sections,
      tooDeep: this.#tooDeep,
    };
  }

  #lineAt(start: number): { end: number; next: number } {
    LINE_BREAK.lastIndex = start;
    const found = LINE_BREAK.exec(this.#text);
    const end = found ? found.index : this.#text.length;
    return { end, next: end + (found?.[0].length ?? 0) };
  }

  /** @returns offset of what follows it */
  #readFrontMatter(): number {
    const first = this.#lineAt(0);
    if (!MATTER.test(this.#text.slice(0, first.end))) return 0;
    for (let start = first.next; start < this.#text.length; ) {
      const { end, next } = this.#lineAt(start);
      if (MATTER.test(this.#text.slice(start, end))) {
        const content = withoutLastBreak(this.#text.slice(first.next, start));
        this.#frontMatter = { info: [], content, start: 0, end, contentStart: first.next, closed: true };
        return next;
      }
      start = next;
    }
    return 0;
  }

  #read(line: Line, next: number): void {
    const depth = this.#continued(line);
    const leaf = depth === this.#containers.length ? this.#leaf : undefined;
    if (leaf?.kind === "fence") this.#readFenced(leaf, line, next);
    else if (leaf?.kind === "html") this.#readHtml(leaf.end, line);
    else this.#readBlocks(line, next, depth);
  }

  /** How many of the open containers the line belongs to, from the outermost on. */
  #continued(line: Line): number {
    const end = this.#containers.findIndex((container) => !continues(container, line));
    return end === -1 ? this.#containers.length : end;
  }

  #readFenced(fence: OpenFence, line: Line, next: number): void {
    if (!line.indented && line.match(fence.closing)) {
      this.#addFence({ ...fence, end: line.end }, true);
      this.#leaf = undefined;
      return;
    }
    line.takeBlanks(fence.indent);
    fence.content += line.rest + this.#text.slice(line.end, next);
    fence.end = line.end;
  }

  #readHtml(end: HtmlEnd, line: Line): void {
    if (end === "blank" ? line.blank : end.test(line.rest)) this.#leaf = undefined;
  }

  /** @param depth containers that the line belongs to */
  #readBlocks(line: Line, next: number, depth: number): void {
    const before = this.#leaf?.kind === "paragraph" ? this.#leaf : undefined;
    const paragraph = depth === this.#containers.length ? before : undefined;
    let open = depth;
    while (!line.blank && !line.indented) {
      const isText = before !== undefined && this.#leaf === before;
      if (this.#readLeaf(line, next, open, isText, isText ? paragraph : undefined)) return;
      const at = line.place;
      const container = quoteAt(line) ?? itemAt(line, isText && paragraph !== undefined);
      if (!container) break;
      this.#closeTo(open);
      if (open === LIMITS.markdownDepth) {
        this.#tooDeep = at;
        return;
      }
      this.#fill();
      this.#containers.push(container);
      open += 1;
    }
    // Text goes on with a paragraph even where the marks of its quotes and lists are missing.
    if (before && this.#leaf === before && !line.blank) return;
    this.#closeTo(open);
    if (!line.blank) this.#open(line.indented ? undefined : { kind: "paragraph", line });
  }

  /**
   * Anything but text.
   * @param isText it would go on with a paragraph if it were text
   * @param paragraph that paragraph, if it stands in the same containers
   */
  #readLeaf(
    line: Line,
    next: number,
    open: number,
    isText: boolean,
    paragraph: { line: Line } | undefined,
  ): boolean {
    const underline = paragraph && !paragraph.line.match(DEFINITION) ? line.match(UNDERLINE) : null;
    const heading = line.match(HEADING);
    const fence = line.match(FENCE);
    const html = htmlBlock((pattern) => line.match(pattern), isText);
    if (!underline && !heading && !fence && !html && !line.match(BREAK)) return false;
    if (underline && paragraph) this.#addHeading(paragraph.line, underline[1]?.startsWith("=") ? 1 : 2);
    if (heading) this.#addHeading(line, heading[1]?.length ?? 1);
    this.#closeTo(open);
    this.#open(undefined);
    if (fence) this.#leaf = openFence(fence, line, next);
    else if (html && (html === "blank" || !html.test(line.text.slice(line.next)))) {
      this.#leaf = { kind: "html", end: html };
    }
    return true;
  }

  #open(leaf: Leaf): void {
    this.#fill();
    this.#leaf = leaf;
  }

  /** Something begins in the innermost container. */
  #fill(): void {
    const parent = this.#containers.at(-1);
    if (parent?.kind === "item") parent.isEmpty = false;
  }

  #closeTo(depth: number): void {
    this.#closeLeaf();
    this.#containers.length = depth;
  }

  #closeLeaf(): void {
    if (this.#leaf?.kind === "fence") this.#addFence(this.#leaf, false);
    this.#leaf = undefined;
  }

  #addFence({ info, content, start, contentStart, end }: OpenFence, closed: boolean): void {
    this.#fences.push({ info, content: withoutLastBreak(content), start, end, contentStart, closed });
  }

  #addHeading(line: Line, rank: number): void {
    if (rank === 1 && this.#heading) return;
    const text = line.text.slice(line.next).replace(/^#{1,6}(?:[ \t]+|$)/, "");
    const heading = { text: withoutClosing(text.trimEnd()).trim(), rank, offset: line.place };
    if (rank === 1) this.#heading = heading;
    else this.#sections.push(heading);
  }
}

function continues(container: Container, line: Line): boolean {
  if (container.kind === "quote") return quoteAt(line) !== undefined;
  if (line.blank ? container.isEmpty : line.indent < container.columns) return false;
  line.takeBlanks(line.blank ? line.indent : container.columns);
  return true;
}

/** Takes the marker of a quote. */
function quoteAt(line: Line): Container | undefined {
  if (line.indented || !line.match(QUOTE)) return undefined;
  line.takeMarker(1);
  line.takeBlanks(1);
  return { kind: "quote" };
}

/**
 * Takes the marker of a list item.
 * @param interrupts a paragraph comes before: then only text may follow, and a number must be 1
 */
function itemAt(line: Line, interrupts: boolean): Container | undefined {
  const found = line.match(ITEM);
  if (!found) return undefined;
  const [marker, number, nothing] = found;
  if (interrupts && (nothing !== undefined || (number !== undefined && Number(number) !== 1)))
    return undefined;
  const width = marker.trimEnd().length;
  const before = line.indent + width;
  line.takeMarker(width);
  // Five columns or more are one, and the beginning of code.
  const blanks = nothing !== undefined || line.indent > 4 ? 1 : line.indent;
  line.takeBlanks(blanks);
  return { kind: "item", columns: before + blanks, isEmpty: nothing !== undefined };
}

function openFence(
  [, ticks, ticksInfo, tildes, tildesInfo]: RegExpExecArray,
  line: Line,
  next: number,
): OpenFence {
  const marker = ticks ?? tildes ?? "";
  return {
    kind: "fence",
    info: (ticksInfo ?? tildesInfo ?? "")
      .toLowerCase()
      .split(/[ \t]+/)
      .filter(Boolean),
    start: line.place,
    contentStart: next,
    indent: line.indent,
    closing: new RegExp(`${marker.charAt(0)}{${marker.length},}[ \\t]*$`, "y"),
    content: "",
    end: line.end,
  };
}

/** A heading's text without the `#` at its end. */
function withoutClosing(text: string): string {
  let end = text.length;
  while (text[end - 1] === "#") end -= 1;
  return text[end - 1] === " " || text[end - 1] === "\t" ? text.slice(0, end) : text;
}

function withoutLastBreak(text: string): string {
  return text.replace(/(?:\r\n|\n|\r)$/, "");
}
