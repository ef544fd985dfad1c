import { isScalar } from "yaml";
import { type Diagnostics, type DiagnosticText, SourceRange } from "../source/diagnostic.ts";
import type { SourceFile } from "../source/source.ts";
import type { ExampleRow, Examples, ExampleValue } from "../types.ts";
import { parseYamlPiece, plainValue } from "../yaml/yaml.ts";
import type { MarkdownBlock, MarkdownOutline } from "./markdown.ts";

const HEADING = "Examples";
const LINE = /[^\r\n]*/y;
const LINE_BREAK = /\r\n|\n|\r/y;
/** The line of dashes below a table's head. */
const RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
/** What ends a table besides an empty line. */
const OTHER_BLOCK = /^ {0,3}(?:$|#{1,6}(?:[ \t]|$)|>|`{3}|~{3})/;
const COLUMN = /^[\p{ID_Start}$_][\p{ID_Continue}$-]*$/u;
const NO_COLUMNS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A row that is used as a whole, or by names that are computed: all of its columns count as used. */
const WHOLE_ROW = /\brow\b\s*(?![\s.[?]|\?\.)|\brow\s*(?:\?\.)?\[\s*[^"'`\s]/;

/** A line of the file, or a cell of a table: its text and where that begins. */
interface Piece {
  text: string;
  offset: number;
}

/**
 * Reads the table below the heading `## Examples`, if there is one; what is wrong with it is reported.
 * @param steps the blocks of statements, which use its columns
 */
export function readExamples(
  file: SourceFile,
  { sections: headings, fences, frontMatter }: MarkdownOutline,
  steps: readonly MarkdownBlock[],
  diagnostics: Diagnostics,
): Examples | undefined {
  const [heading, second] = headings.filter(({ rank, text }) => rank === 2 && text === HEADING);
  if (!heading) return undefined;
  const reader = new TableReader(file, diagnostics);
  if (second) {
    reader.report({ text: `## ${HEADING}`, offset: second.offset }, REPEATED);
    return undefined;
  }
  const end = headings[headings.indexOf(heading) + 1]?.offset ?? file.text.length;
  const lines = linesBetween(file, heading.offset, end).filter(
    ({ offset }) => !fences.some((fence) => offset >= fence.start && offset < fence.end),
  );
  const users = frontMatter ? [frontMatter, ...steps] : steps;
  return reader.read(
    lines,
    users.map(({ content }) => content),
  );
}

const REPEATED: DiagnosticText = {
  code: "examples-repeated",
  message: "there is a table of examples already",
  hint: "A scenario has one table below one `## Examples`: put the rows together.",
};

class TableReader {
  readonly #file: SourceFile;
  readonly #diagnostics: Diagnostics;

  constructor(file: SourceFile, diagnostics: Diagnostics) {
    this.#file = file;
    this.#diagnostics = diagnostics;
  }

  report({ text, offset }: Piece, problem: DiagnosticText): void {
    const range = new SourceRange(this.#file, (at) => this.#file.position(at), offset, offset + text.length);
    this.#diagnostics.error(range, problem);
  }

  /**
   * @param lines from the heading on
   * @param users texts that may use the columns
   */
  read(lines: readonly Piece[], users: readonly string[]): Examples | undefined {
    const [heading = { text: "", offset: 0 }] = lines;
    const rule = lines.findIndex(isRule);
    const head = lines[rule - 1];
    if (!head) {
      this.report(heading, {
        code: "examples-empty",
        message: "there is no table below `## Examples`",
        hint: "Write one: `| name | prompt |`, `| --- | --- |`, and a line for each run. Its columns are `row`.",
      });
      return undefined;
    }
    const columns = this.#columns(cellsOf(head));
    const dashes = lines[rule];
    if (dashes && cellsOf(dashes).length !== columns.length) this.#ragged(dashes, columns.length);
    const after = lines.slice(rule + 1);
    const length = after.findIndex(({ text }) => OTHER_BLOCK.test(text));
    const body = length === -1 ? after : after.slice(0, length);
    const another = length === -1 ? -1 : after.slice(length).findIndex(isRule);
    const anotherHead = after[length + another - 1];
    if (another !== -1 && anotherHead) this.report(anotherHead, REPEATED);
    if (body.length === 0) {
      this.report(head, {
        code: "examples-empty",
        message: "the table of examples has no rows",
        hint: "Give it a row for each run, or remove it with its heading.",
      });
    }
    const rows = body.map((line) => this.#row(line, columns)).filter((row) => row !== undefined);
    this.#reportRepeated(rows, (name) => `there is a row \`${name}\` already`);
    if (this.#diagnostics.hasErrors) return undefined;
    this.#reportUnused(columns, users);
    return {
      columns: columns.map(({ text }) => text),
      rows: rows.map(({ row }) => row),
      shapes: shapesOf(rows),
    };
  }

  /** The first column is used as the rows' name. */
  #reportUnused(columns: readonly Piece[], users: readonly string[]): void {
    if (users.some((text) => WHOLE_ROW.test(text))) return;
    for (const { text, offset } of columns.slice(1)) {
      const name = RegExp.escape(text);
      const use = new RegExp(
        `\\brow\\s*(?:\\??\\.\\s*${name}(?![\\p{ID_Continue}$-])|\\??\\.?\\[\\s*(["'\`])${name}\\1)`,
        "u",
      );
      if (users.some((user) => use.test(user))) continue;
      const range = new SourceRange(
        this.#file,
        (at) => this.#file.position(at),
        offset,
        offset + text.length,
      );
      this.#diagnostics.warning(range, {
        code: "examples-unused",
        message: `nothing uses the column \`${text}\`: all rows do the same with it`,
        hint: `A text takes its value from \`\${row.${text}}\`; remove the column if it is not needed.`,
      });
    }
  }

  #columns(cells: readonly Piece[]): Piece[] {
    for (const cell of cells) {
      if (COLUMN.test(cell.text) && !NO_COLUMNS.has(cell.text)) continue;
      this.report(cell, {
        code: "examples-name",
        message: `\`${cell.text}\` cannot be the name of a column`,
        hint: "Steps read it as `row.<name>`: use letters, digits, `_` and `-`, not beginning with a digit.",
      });
    }
    this.#reportRepeated(
      cells.map((cell) => ({ cell, row: { name: cell.text } })),
      (name) => `there is a column \`${name}\` already`,
    );
    return [...cells];
  }

  #row(line: Piece, columns: readonly Piece[]): { cell: Piece; row: ExampleRow } | undefined {
    const cells = cellsOf(line);
    if (cells.length !== columns.length) {
      this.#ragged(line, columns.length);
      return undefined;
    }
    const values = cells.map((cell) => this.#value(cell));
    const [cell] = cells;
    const [first] = values;
    if (!cell || first === undefined) return undefined;
    const name = String(first ?? "")
      .trim()
      .normalize();
    if (name === "") {
      this.report(cell.text === "" ? line : cell, {
        code: "examples-name",
        message: "the row has no name",
        hint: `The first column, \`${columns[0]?.text}\`, names the rows: say in a word or two what is special about this one.`,
      });
      return undefined;
    }
    return {
      cell,
      row: {
        name,
        values: Object.fromEntries(columns.map(({ text }, index) => [text, values[index] ?? null])),
      },
    };
  }

  /** @returns undefined after reporting what is no scalar */
  #value(cell: Piece): ExampleValue | undefined {
    const text = cell.text.replaceAll("\\|", "|");
    const { root, diagnostics } = parseYamlPiece(
      this.#file,
      text,
      cell.offset,
      cell.offset + cell.text.length,
    );
    if (text === "") return null;
    // What a comment hides, an author wanted to say.
    const isHidden = root?.node.comment ?? root?.source.document.comment;
    if (isScalar(root?.node) && !isHidden) return plainValue(root) as ExampleValue;
    const isMore = root && !isScalar(root.node);
    this.report(cell, {
      code: "examples-cell",
      message: `\`${cell.text}\` is ${isMore ? "a list or a mapping" : diagnostics.length > 0 ? "not YAML" : "cut off by the comment in it"}`,
      hint: `A cell is a YAML scalar: put it in quotes, as in \`${JSON.stringify(text)}\`.`,
    });
    return undefined;
  }

  #ragged(line: Piece, columns: number): void {
    const cells = cellsOf(line).length;
    this.report(
      { text: line.text.trimEnd(), offset: line.offset },
      {
        code: "examples-ragged",
        message: `this line has ${cells === 1 ? "1 cell" : `${cells} cells`}, and the table has ${columns === 1 ? "1 column" : `${columns} columns`}`,
        hint: "Give each column a cell; an empty one is null. A `|` within a cell is written `\\|`.",
      },
    );
  }

  #reportRepeated(
    named: readonly { cell: Piece; row: Pick<ExampleRow, "name"> }[],
    message: (name: string) => string,
  ): void {
    const seen = new Map<string, number>();
    for (const {
      cell,
      row: { name },
    } of named) {
      const first = seen.get(name);
      if (first === undefined) {
        seen.set(name, cell.offset);
        continue;
      }
      const { line, column } = this.#file.position(first);
      this.report(cell, {
        code: "examples-repeated",
        message: `${message(name)}, at line ${line}, column ${column}`,
        hint: "Give each a name of its own.",
      });
    }
  }
}

function isRule({ text }: Piece): boolean {
  return text.includes("|") && RULE.test(text);
}

function linesBetween(file: SourceFile, start: number, end: number): Piece[] {
  const lines: Piece[] = [];
  for (let offset = start; offset < end; ) {
    LINE.lastIndex = offset;
    const text = LINE.exec(file.text)?.[0] ?? "";
    lines.push({ text, offset });
    LINE_BREAK.lastIndex = offset + text.length;
    offset += text.length + (LINE_BREAK.exec(file.text)?.[0].length ?? 1);
  }
  return lines;
}

/** The cells of a line of a table, without the blanks around them; `\|` is none of its bars. */
function cellsOf({ text, offset }: Piece): Piece[] {
  const bars: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "|") bars.push(at);
  }
  const first = text.search(/\S/);
  const last = text.trimEnd().length - 1;
  const from = bars[0] === first ? first + 1 : 0;
  const edges = bars.filter((bar) => bar >= from && bar !== last);
  return [...edges, bars.at(-1) === last && last >= from ? last : text.length].map((end, index) => {
    const start = index === 0 ? from : (edges[index - 1] ?? 0) + 1;
    const raw = text.slice(start, end);
    return { text: raw.trim(), offset: offset + start + (raw.length - raw.trimStart().length) };
  });
}

function shapesOf(rows: readonly { row: ExampleRow }[]): Examples["shapes"] {
  const types = new Map<string, Set<string>>();
  for (const { row } of rows) {
    for (const [column, value] of Object.entries(row.values)) {
      const known = types.get(column) ?? new Set();
      types.set(column, known.add(value === null ? "null" : typeof value));
    }
  }
  return Object.fromEntries(
    [...types].map(([column, known]) => {
      const [only = "null", ...others] = known;
      return [column, { type: others.length === 0 ? only : [only, ...others] }];
    }),
  );
}
