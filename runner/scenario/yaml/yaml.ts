import { Composer, type Document, isMap, isNode, isScalar, isSeq, Lexer, Parser, YAMLParseError } from "yaml";
import { type Diagnostic, type DiagnosticText, diagnosticAt, SourceRange } from "../source/diagnostic.ts";
import { LIMITS } from "../source/limits.ts";
import type { LocatedNode, YamlSource } from "../source/locate.ts";
import { piecePositions } from "../source/piece.ts";
import type { SourceFile } from "../source/source.ts";
import { yamlErrorDiagnostic } from "./errors.ts";
import { expandAliases } from "./expand.ts";

export interface YamlPiece {
  source: YamlSource;
  /** Undefined if the piece is empty or something is wrong with it. */
  root: LocatedNode | undefined;
  /** All of them errors. */
  diagnostics: Diagnostic[];
}

/**
 * Reads one piece of YAML of a file as YAML 1.2 core, with aliases and merge keys expanded in place,
 * so that later phases meet only mappings, lists and scalars.
 * @param start offset in the file of the piece's first character
 * @param end offset in the file where the piece ends
 */
export function parseYamlPiece(file: SourceFile, text: string, start: number, end: number): YamlPiece {
  const { document, tooDeep } = withoutStacks(() => compose(text));
  const source: YamlSource = { file, document, text, locate: piecePositions(file, text, start, end) };
  if (tooDeep !== undefined) {
    const place = new SourceRange(file, source.locate, tooDeep);
    return { source, root: undefined, diagnostics: [diagnosticAt(place, "error", nestedTooDeep)] };
  }
  const syntaxError = document.errors[0];
  if (syntaxError) {
    // One mistake makes the rest of the piece unreadable: what follows it would be noise.
    return { source, root: undefined, diagnostics: [yamlErrorDiagnostic(source, syntaxError)] };
  }
  const diagnostics = document.warnings
    .slice(0, LIMITS.problems)
    .map((warning) => yamlErrorDiagnostic(source, warning));
  if (!isNode(document.contents)) return { source, root: undefined, diagnostics };
  const expanded = expandAliases(source, document.contents);
  diagnostics.push(...expanded.diagnostics);
  return { source, root: diagnostics.length > 0 ? undefined : { source, node: expanded.node }, diagnostics };
}

/** What the library's `parseDocument` does, but it stops where the YAML lies too deep for what reads it recursively. */
function compose(text: string): { document: Document.Parsed; tooDeep: number | undefined } {
  let tooDeep: number | undefined;
  function* tokens() {
    const parser = new Parser();
    let offset = 0;
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length > LIMITS.yamlDepth) {
        tooDeep = offset;
        return;
      }
      offset = parser.offset;
    }
    yield* parser.end();
  }
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    resolveKnownTags: false,
    // Checked while expanding, in linear time and naming the first key.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const documents = composer.compose(tokens(), true, text.length);
  // There is always one, as `true` asks for it.
  const document = documents.next().value as Document.Parsed;
  const second = tooDeep === undefined ? documents.next().value : undefined;
  if (second) {
    const [at, end] = second.range;
    document.errors.push(new YAMLParseError([at, end], "MULTIPLE_DOCS", "a second document"));
  }
  return { document, tooDeep };
}

/** Only the library's first error counts, but it makes one for each mistake, and a stack is most of what one costs. */
function withoutStacks<Result>(work: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const nestedTooDeep: DiagnosticText = {
  code: "nested-too-deep",
  message: `lists and mappings lie more than ${LIMITS.yamlDepth} deep in one another`,
  hint: "Is a dash or a bracket repeated by mistake? Write less of it in one another.",
};

/** The piece's root if it is a mapping, as most blocks of a scenario are; else what is wrong. */
export function requireMapping(piece: YamlPiece, name: string): YamlPiece {
  if (piece.diagnostics.length > 0 || isMap(piece.root?.node)) return piece;
  return wrongRoot(piece, `${name} must be a mapping`, "Write `name: value` lines.");
}

/** The same for a list of statements that is not empty. */
export function requireList(piece: YamlPiece): YamlPiece {
  const node = piece.root?.node;
  if (piece.diagnostics.length > 0 || (isSeq(node) && node.items.length > 0)) return piece;
  return wrongRoot(
    piece,
    "a step must be a list of statements",
    "Begin each statement with a dash: `- say: Hello`.",
  );
}

function wrongRoot({ source, root }: YamlPiece, wanted: string, hint: string): YamlPiece {
  const [start] = root?.node.range ?? [0];
  const seen =
    root === undefined ||
    (isScalar(root.node) && root.node.value === null) ||
    (isSeq(root.node) && root.node.items.length === 0)
      ? "empty"
      : isSeq(root.node)
        ? "a list"
        : isMap(root.node)
          ? "a mapping"
          : "a single value";
  const wrongType = diagnosticAt(new SourceRange(source.file, source.locate, start), "error", {
    code: "wrong-type",
    message: `${wanted}, but is ${seen}`,
    hint,
  });
  return { source, root: undefined, diagnostics: [wrongType] };
}

/** Plain value of a node that has been expanded. */
export function plainValue(located: LocatedNode): unknown {
  return located.node.toJS(located.source.document);
}

/** Members whose texts belong to the author's flow or the gateway, white space included. */
const VERBATIM: ReadonlySet<string> = new Set(["config", "gatewayConfigPatch", "http", "env"]);

/** Metadata with the texts trimmed, so that a stray blank never makes a different id or tag. */
export function trimTexts(value: unknown): unknown {
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) return value.map(trimTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, VERBATIM.has(name) ? member : trimTexts(member)]),
  );
}
