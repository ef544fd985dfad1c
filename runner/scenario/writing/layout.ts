import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  type Tags,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { stringifyString } from "yaml/util";

/** Which lists and mappings of a piece of YAML are written in brackets, on one line. */
export interface LayoutRules {
  /**
   * The piece is a list of statements: each key of a statement stands on its own line, and what is below it is in brackets
   * if that fits. Otherwise the author's choice of brackets or lines stays.
   */
  statements: boolean;
  /** Whether the value of this action is a list of statements itself. */
  holdsStatements(action: string): boolean;
}

/** What fits into this many columns is written on one line. */
const JOINED = 110;
/** What the author of a statement has put on one line stays there up to this many. */
const KEPT = 150;

const OPTIONS = { version: "1.2", schema: "core", resolveKnownTags: false, uniqueKeys: false } as const;

/**
 * Lays out a piece of YAML: indentation by two columns, one space where one is enough, at most one empty line. Quotes, the
 * lines of texts, comments, anchors, aliases and the order of keys stay as they are.
 * @param text with line feeds only, and without mistakes
 * @returns ends with a line feed, and would not be changed by laying it out again; undefined for what has directives or
 * marks of documents
 */
export function layOutYaml(text: string, rules: LayoutRules): string | undefined {
  let before = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const after = layOutOnce(before, rules);
    if (after === undefined || after === before) return after;
    before = after;
  }
  return undefined;
}

/** A comment in an odd place moves, once or twice, until it stands where the library would leave it. */
const ROUNDS = 4;

function layOutOnce(text: string, rules: LayoutRules): string | undefined {
  const printer = new Layout(text, rules);
  const document: Document = parseDocument(text, {
    ...OPTIONS,
    customTags: (tags) => printer.verbatim(tags),
  });
  if (document.errors.length > 0 || document.directives?.docStart || document.directives?.docEnd === true)
    return undefined;
  if (/^(?:%|---|\.\.\.)/m.test(text)) return undefined;
  if (document.contents === null) return text;
  document.contents = printer.arrange(document.contents);
  // The library would put an empty line before it.
  const { comment } = document;
  document.comment = null;
  const body = document.toString({ lineWidth: 0, verifyAliasOrder: false });
  return comment ? `${body}${ending(text, comment)}` : body;
}

/** The comment that a piece ends with, after an empty line if there is one. */
function ending(text: string, comment: string): string {
  const lines = comment.split("\n").map((line) => (line === "" ? "" : `#${line}`));
  const before = text
    .trimEnd()
    .split("\n")
    .at(-lines.length - 1);
  return `${before?.trim() === "" ? "\n" : ""}${lines.join("\n")}\n`;
}

/** Every comment of a piece of YAML, with its mark, in the order of the piece. */
export function commentsIn(text: string): string[] {
  const lexemes = [...new Lexer().lex(text)];
  return lexemes.filter((lexeme, index) => lexeme.startsWith("#") && lexemes[index - 1] !== SCALAR_FOLLOWS);
}

/** What the library puts before the text of a scalar. */
const SCALAR_FOLLOWS = "\x1f";

class Layout {
  readonly #text: string;
  readonly #rules: LayoutRules;
  /** Lists and mappings in brackets, as they will be written. */
  readonly #bracketed = new WeakMap<Scalar, string>();

  constructor(text: string, rules: LayoutRules) {
    this.#text = text;
    this.#rules = rules;
  }

  /** The tags of scalars, changed so that a scalar is written as it is. */
  verbatim(tags: Tags): Tags {
    return tags.map((tag) => {
      if (typeof tag === "string" || tag.collection) return tag;
      const stringify: ScalarTag["stringify"] = (item, context, onComment, onChompKeep) =>
        this.#bracketed.get(item) ??
        this.#scalar(item, context, onComment, onChompKeep) ??
        tag.stringify?.(item, context, onComment, onChompKeep) ??
        stringifyString(item, context, onComment, onChompKeep);
      return { ...tag, stringify };
    });
  }

  /** @returns the root with what belongs on one line replaced by a scalar that is written so */
  arrange(root: Node): Node {
    if (this.#rules.statements && isSeq(root)) {
      this.#arrangeStatements(root, 0);
      return root;
    }
    if (isCollection(root) && root.items.length > 0) this.#arrangeLines(root, 0);
    return root;
  }

  #arrangeStatements(list: YAMLSeq, indent: number): void {
    list.flow = false;
    for (const [index, item] of list.items.entries()) {
      if (!isMap(item)) {
        if (isCollection(item)) list.items[index] = this.#place(item, indent + 2, indent + 2);
        continue;
      }
      item.flow = false;
      const [head] = item.items;
      for (const pair of item.items) {
        const holdsStatements =
          pair === head && isScalar(pair.key) && this.#rules.holdsStatements(String(pair.key.value));
        if (holdsStatements && isSeq(pair.value) && pair.value.items.length > 0)
          this.#arrangeStatements(pair.value, indent + 4);
        else this.#arrangeMember(pair, indent + 2);
      }
    }
  }

  /** @param column where the node would begin; @param indent of its lines if it takes several */
  #place(node: Node, column: number, indent: number): Node {
    if (!isCollection(node)) return node;
    const onOneLine = hasCommentOfItsOwn(node) ? undefined : this.#inBrackets(node);
    if (onOneLine !== undefined && this.#belongsOnOneLine(node, column + onOneLine.length)) {
      const scalar = new Scalar(null);
      if (node.comment) scalar.comment = node.comment;
      if (node.spaceBefore) scalar.spaceBefore = true;
      this.#bracketed.set(scalar, onOneLine);
      return scalar;
    }
    this.#arrangeLines(node, indent);
    return node;
  }

  #arrangeLines(node: YAMLMap | YAMLSeq, indent: number): void {
    node.flow = false;
    if (isMap(node)) {
      for (const pair of node.items) this.#arrangeMember(pair, indent);
      return;
    }
    for (const [index, item] of node.items.entries()) {
      if (isPair(item)) this.#arrangeMember(item, indent + 2);
      else if (isCollection(item)) node.items[index] = this.#placeElement(item, indent + 2);
    }
  }

  /** An element of a list that takes several lines: a mapping of one key needs no brackets. */
  #placeElement(item: YAMLMap | YAMLSeq, column: number): Node {
    if (!this.#rules.statements || !isMap(item) || item.items.length !== 1)
      return this.#place(item, column, column);
    item.flow = false;
    for (const pair of item.items) this.#arrangeMember(pair, column);
    return item;
  }

  #arrangeMember(pair: Pair, indent: number): void {
    const width = isScalar(pair.key) ? this.#source(pair.key).length : 0;
    if (!isNode(pair.value)) return;
    pair.value.spaceBefore = false;
    pair.value = this.#place(pair.value, indent + width + 2, indent + 2);
  }

  #belongsOnOneLine(node: YAMLMap | YAMLSeq, end: number): boolean {
    if (node.items.length === 0) return true;
    const { statements } = this.#rules;
    const wasOnOneLine = node.flow === true && !this.#source(node).includes("\n");
    if (end <= JOINED) return statements || node.flow === true;
    return wasOnOneLine && (!statements || end <= KEPT);
  }

  /** @returns undefined for what cannot stand on one line: comments, texts of several lines, tags */
  #inBrackets(node: Node): string | undefined {
    if (isAlias(node)) return node.comment || node.commentBefore ? undefined : `*${node.source}`;
    // Comments of the outermost one are its owner's affair.
    if (isScalar(node)) return this.#scalarInBrackets(node);
    if (!isCollection(node) || node.tag) return undefined;
    const anchor = node.anchor ? `&${node.anchor} ` : "";
    if (isMap(node)) {
      const members = all(node.items.map((pair) => this.#memberInBrackets(pair)));
      if (!members) return undefined;
      return anchor + (members.length === 0 ? "{}" : `{ ${members.join(", ")} }`);
    }
    const items = all(
      (node as YAMLSeq).items.map((item) => {
        if (isPair(item)) return this.#memberInBrackets(item);
        return isNode(item) ? this.#quiet(item) : undefined;
      }),
    );
    return items && `${anchor}[${items.join(", ")}]`;
  }

  #memberInBrackets({ key, value }: Pair): string | undefined {
    if (!isScalar(key)) return undefined;
    const name = this.#quiet(key);
    if (name === undefined || name === "") return undefined;
    // `{ a }`: a key without a value.
    if (value === null) return name;
    if (!isNode(value)) return undefined;
    const text = this.#quiet(value);
    return text === undefined || text === "" ? undefined : `${name}: ${text}`;
  }

  /** In brackets, unless a comment belongs to it. */
  #quiet(node: Node): string | undefined {
    return node.comment || node.commentBefore ? undefined : this.#inBrackets(node);
  }

  #scalarInBrackets(node: Scalar): string | undefined {
    if (node.tag || isBlockText(node)) return undefined;
    const source = this.#source(node);
    if (source === "" || source.includes("\n")) return undefined;
    const anchor = node.anchor ? `&${node.anchor} ` : "";
    if (node.type !== Scalar.PLAIN || typeof node.value !== "string") return anchor + source;
    return anchor + (isPlainInBrackets(source) ? source : asQuoted(node.value));
  }

  #source(node: Node): string {
    const [start = 0, end = 0] = node.range ?? [];
    return this.#text.slice(start, end);
  }

  /** A scalar as it stands in the file, with its further lines indented anew; undefined if it does not. */
  #scalar(
    node: Scalar,
    { indent }: { indent: string },
    onComment: (() => void) | undefined,
    onChompKeep: (() => void) | undefined,
  ): string | undefined {
    if (!node.range) return undefined;
    const source = this.#source(node);
    if (isBlockText(node)) {
      const isBlank = String(node.value).trim() === "";
      // The library puts quotes around empty lines that are kept.
      if (isBlank && node.value !== "") return undefined;
      // It stands beside the marks.
      onComment?.();
      if (isBlank) return source.split("\n")[0] ?? "";
      return blockText(source, String(node.value), indent, onChompKeep);
    }
    if (!source.includes("\n")) return source;
    const [first = "", ...rest] = source.split("\n");
    const lines = rest.map((line) => line.trim()).map((line) => (line === "" ? "" : indent + line));
    return [first.trimEnd(), ...lines].join("\n");
  }
}

/** A text without quotes that ends nothing that is around it. */
const PLAIN = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:](?=[^\s,[\]{}]))[^,[\]{}]*$/;

function isPlainInBrackets(text: string): boolean {
  return PLAIN.test(text) && !/:\s|\s#|:$/.test(text);
}

function asQuoted(text: string): string {
  return /["\\]/.test(text) && !text.includes("'") ? `'${text}'` : JSON.stringify(text);
}

function isBlockText({ type }: Scalar): boolean {
  return type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;
}

/** One that would be in the way on one line; behind brackets it is not. */
function hasCommentOfItsOwn({ comment, commentBefore, flow }: YAMLMap | YAMLSeq): boolean {
  return Boolean(commentBefore) || (Boolean(comment) && (!flow || comment?.includes("\n") === true));
}

/** A text of `|` or `>` with its lines indented anew. */
function blockText(
  source: string,
  value: string,
  indent: string,
  onChompKeep: (() => void) | undefined,
): string {
  const [header = "", ...lines] = source.split("\n");
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const leading = (text: string) => text.length - text.trimStart().length;
  const hasDigit = /^[|>][-+]?[1-9]/.test(header);
  // What the first line of the text begins with is text only where the header counts the columns.
  const inText = hasDigit ? leading(value.split("\n").find((line) => line.trim() !== "") ?? "") : 0;
  const columns = leading(first) - inText;
  const body = lines.map((line) => line.slice(columns)).map((line) => (line === "" ? "" : indent + line));
  if (header.includes("+")) onChompKeep?.();
  else while (body.length > 0 && body.at(-1) === "") body.pop();
  if (body.at(-1) === "") body.pop();
  const marks = hasDigit ? header.replace(/[1-9]/, "2") : header;
  return [marks, ...body].join("\n");
}

/** The list, if none of its elements is missing. */
function all<T>(items: readonly (T | undefined)[]): T[] | undefined {
  return items.every((item): item is T => item !== undefined) ? [...items] : undefined;
}
