import { isDeepStrictEqual } from "node:util";
import { scenarioBlocks } from "../markdown/form.ts";
import { outlineMarkdown } from "../markdown/markdown.ts";
import { SourceFile } from "../source/source.ts";
import { parseYamlPiece, plainValue } from "../yaml/yaml.ts";
import { commentsIn, type LayoutRules, layOutYaml } from "./layout.ts";

/** A change of a text: what stands in its place between two offsets. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A piece of YAML: its offsets in the file, and the text before each of its lines that is not its own. */
interface Piece {
  start: number;
  content: string;
  end: number;
  prefix: string;
  statements: boolean;
  lineBreak: string;
  /** It ends with the file and not with a fence. */
  toEnd: boolean;
}

/**
 * Lays out the front matter and the blocks of a scenario file, or all of one that is YAML. Everything else stays byte for
 * byte, and so does a piece that cannot be read, or that would not be the same value with the same comments afterwards.
 * @param holdsStatements whether the value of an action is a list of statements
 * @returns the changes in the order of the file; none if it is as it should be
 */
export function formatScenario(
  file: Pick<SourceFile, "path" | "text">,
  holdsStatements: LayoutRules["holdsStatements"],
): Edit[] {
  return piecesOf(file).flatMap((piece) => {
    const formatted = formatPiece(piece, { statements: piece.statements, holdsStatements });
    const before = file.text.slice(piece.start, piece.end);
    return formatted === undefined || formatted === before
      ? []
      : [{ start: piece.start, end: piece.end, text: formatted }];
  });
}

/** A text with changes that are in its order and apart from each other. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}

function piecesOf({ path, text }: Pick<SourceFile, "path" | "text">): Piece[] {
  if (!path.toLowerCase().endsWith(".md"))
    return [
      {
        ...{ start: 0, end: text.length, content: text, prefix: "", statements: false, toEnd: true },
        lineBreak: /\r?\n/.exec(text)?.[0] ?? "\n",
      },
    ];
  const { frontMatter, fences } = outlineMarkdown(text);
  const blocks = [
    ...(frontMatter ? [{ block: frontMatter, statements: false }] : []),
    ...scenarioBlocks(fences).map(({ block, kind }) => ({ block, statements: kind === "qa-step" })),
  ];
  return blocks.flatMap(({ block, statements }) => {
    const { content, contentStart: start } = block;
    if (!block.closed) return [];
    const raw = text.slice(start, block.end);
    const lineBreak = text.slice(0, start).endsWith("\r\n") ? "\r\n" : "\n";
    const found = { start, content, statements, lineBreak, toEnd: false };
    if (raw.startsWith(content)) return [{ ...found, end: start + content.length, prefix: "" }];
    const prefix = prefixOf(content, raw);
    if (prefix === undefined) return [];
    // The last line of the block is the fence that closes it.
    const end = start + raw.lastIndexOf("\n");
    return [{ ...found, end: text[end - 1] === "\r" ? end - 1 : end, prefix }];
  });
}

/** What stands before each line of a block in a list or a quote; undefined if it is not the same everywhere. */
function prefixOf(content: string, raw: string): string | undefined {
  const lines = content.split("\n");
  const rawLines = raw.split("\n");
  const [first] = lines.flatMap((line, index) => {
    const whole = rawLines[index] ?? "";
    return line.trim() !== "" && whole.endsWith(line) ? [whole.slice(0, whole.length - line.length)] : [];
  });
  const isSame = lines.every(
    (line, index) => line.trim() === "" || rawLines[index] === `${first ?? ""}${line}`,
  );
  return isSame ? first : undefined;
}

function formatPiece({ content, prefix, lineBreak, toEnd }: Piece, rules: LayoutRules): string | undefined {
  const text = content.replaceAll("\r\n", "\n");
  if (text.includes("\r")) return undefined;
  const layOut = (source: string) => {
    const laidOut = layOutYaml(source, rules);
    return toEnd && content.endsWith("\n") ? laidOut : laidOut?.replace(/\n$/, "");
  };
  const before = meaningOf(text);
  const formatted = before && layOut(text);
  if (formatted === undefined || !isDeepStrictEqual(before, meaningOf(formatted))) return undefined;
  return formatted
    .split("\n")
    .map((line) => (line === "" ? prefix.trimEnd() : prefix + line))
    .join(lineBreak);
}

/** What a piece of YAML says, to people as well; undefined if it cannot be read. */
function meaningOf(text: string): { value: unknown; comments: readonly string[] } | undefined {
  const { root, diagnostics } = parseYamlPiece(new SourceFile("", "", text), text, 0, text.length);
  return root && diagnostics.length === 0
    ? { value: plainValue(root), comments: commentsIn(text) }
    : undefined;
}
