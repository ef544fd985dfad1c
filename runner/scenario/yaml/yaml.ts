import { isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import { type Diagnostic, diagnosticAt, SourceRange } from "../source/diagnostic.ts";
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
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    resolveKnownTags: false,
    // Checked while expanding, in linear time and naming the first key.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const source: YamlSource = { file, document, text, locate: piecePositions(file, text, start, end) };
  const syntaxError = document.errors[0];
  if (syntaxError) {
    // One mistake makes the rest of the piece unreadable: what follows it would be noise.
    return { source, root: undefined, diagnostics: [yamlErrorDiagnostic(source, syntaxError)] };
  }
  const diagnostics = document.warnings.map((warning) => yamlErrorDiagnostic(source, warning));
  if (!isNode(document.contents)) return { source, root: undefined, diagnostics };
  const expanded = expandAliases(source, document.contents);
  diagnostics.push(...expanded.diagnostics);
  return { source, root: diagnostics.length > 0 ? undefined : { source, node: expanded.node }, diagnostics };
}

/** The piece's root if it is a mapping, as every block of a scenario is; else what is wrong. */
export function requireMapping(
  piece: Pick<YamlPiece, "source" | "root" | "diagnostics">,
  name: string,
): YamlPiece {
  const { source, root, diagnostics } = piece;
  if (diagnostics.length > 0 || isMap(root?.node)) return piece;
  const [start] = root?.node.range ?? [0];
  const seen =
    root === undefined || (isScalar(root.node) && root.node.value === null)
      ? "empty"
      : isSeq(root.node)
        ? "a list"
        : "a single value";
  const wrongType = diagnosticAt(new SourceRange(source.file, source.locate, start), "error", {
    code: "wrong-type",
    message: `${name} must be a mapping, but is ${seen}`,
    hint: "Write `name: value` lines.",
  });
  return { source, root: undefined, diagnostics: [wrongType] };
}

/** Plain value of a node that has been expanded. */
export function plainValue(located: LocatedNode): unknown {
  return located.node.toJS(located.source.document);
}

/** Members whose texts belong to the author's flow or the gateway, white space included. */
const VERBATIM: ReadonlySet<string> = new Set(["config", "gatewayConfigPatch"]);

/** Metadata with the texts trimmed, so that a stray blank never makes a different id or tag. */
export function trimTexts(value: unknown): unknown {
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) return value.map(trimTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, VERBATIM.has(name) ? member : trimTexts(member)]),
  );
}
