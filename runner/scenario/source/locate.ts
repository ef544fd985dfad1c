import { type Document, isMap, isNode, isScalar, isSeq, type Node } from "yaml";
import { SourceRange } from "./diagnostic.ts";
import type { Position, SourceFile } from "./source.ts";

/** Names from the root of a YAML value to one of its parts. */
export type Path = readonly (string | number)[];

/**
 * A piece of YAML inside a scenario file (front matter, a fence, or the whole file) after parsing.
 * `yaml` node ranges are offsets into the piece; `locate` maps them to the file.
 */
export interface YamlSource {
  file: SourceFile;
  document: Document.Parsed;
  /** Text of the piece as the YAML parser saw it. */
  text: string;
  /** Position in the file of an offset into `text`. */
  locate(offset: number): Position;
}

/** A node together with the piece it stands in: what later phases need to point at it. */
export interface LocatedNode {
  source: YamlSource;
  node: Node;
}

/** A member of a mapping, or an element of a list, which has no key. */
interface Member {
  key: Node | undefined;
  value: Node;
}

/**
 * Follows a path of keys and indexes; stops at the last part that is there.
 * @returns `depth` is how many of the path's names were followed
 */
export function locatePath(root: Node, path: Path): Member & { depth: number } {
  let located: Member & { depth: number } = { key: undefined, value: root, depth: 0 };
  for (const name of path) {
    const next = member(located.value, name);
    if (!next) break;
    located = { ...next, depth: located.depth + 1 };
  }
  return located;
}

/** Value of a mapping's key, or of a list's index; undefined if it is not there. */
export function member(node: Node, name: string | number): Member | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isScalar(item.key) && String(item.key.value ?? "") === String(name),
    );
    if (!pair || !isNode(pair.key)) return undefined;
    return { key: pair.key, value: isNode(pair.value) ? pair.value : pair.key };
  }
  if (isSeq(node) && typeof name === "number") {
    const item = node.items[name];
    return isNode(item) ? { key: undefined, value: item } : undefined;
  }
  return undefined;
}

/** Offsets to mark for a node: a scalar as a whole, a collection by its beginning. */
function markedRange(node: Node): [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return isScalar(node) ? [start, end] : [start, start];
}

/** The whole of a YAML node. */
export function ofNode({ file, locate }: YamlSource, node: Node): SourceRange {
  const [start, end] = node.range ?? [0, 0];
  return new SourceRange(file, locate, start, end);
}

/** A YAML node: a scalar as a whole, a collection by its beginning. */
export function atNode({ file, locate }: YamlSource, node: Node): SourceRange {
  return new SourceRange(file, locate, ...markedRange(node));
}

/** The value that stands at `path`. */
export function atPath({ source, node }: LocatedNode, path: Path): SourceRange {
  return atNode(source, locatePath(node, path).value);
}

/** The key of that value, or the value of a list. */
export function atKey({ source, node }: LocatedNode, path: Path): SourceRange {
  const { key, value } = locatePath(node, path);
  return atNode(source, key ?? value);
}
