import { isMap, isNode, isScalar, isSeq, type Node } from "yaml";
import type { Path } from "../types.ts";

/** A value inside a YAML tree, as far as the path could be followed. */
export interface Located {
  /** Key of the value, if it is a member of a mapping. */
  key: Node | undefined;
  /** The value itself; if the path ends early, the last one found. */
  value: Node;
  /** Path names that were followed. */
  depth: number;
}

/** Follows a path of keys and indexes; stops at the last part that is there. */
export function locatePath(root: Node, path: Path): Located {
  let located: Located = { key: undefined, value: root, depth: 0 };
  for (const name of path) {
    const next = member(located.value, name);
    if (!next) break;
    located = { ...next, depth: located.depth + 1 };
  }
  return located;
}

/** Value of a mapping's key, or of a list's index; undefined if it is not there. */
export function member(
  node: Node,
  name: string | number,
): { key: Node | undefined; value: Node } | undefined {
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
export function markedRange(node: Node): [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return isScalar(node) ? [start, end] : [start, start];
}
