import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
} from "yaml";
import { scenarioBlocks } from "../scenario/markdown/form.ts";
import { outlineMarkdown } from "../scenario/markdown/markdown.ts";

/** Where something stands in a piece of YAML: the indexes and keys that lead to it. */
export type Place = readonly PlacePart[];
type PlacePart =
  | { index: number }
  /** `keys` are all of the mapping, in their order; `atKey` if the place is the key itself and not its value. */
  | { key: string; keys: readonly string[]; atKey: boolean };

/** A piece of YAML of a scenario file. */
export interface Block {
  kind: "front-matter" | "qa-scenario" | "qa-step" | "qa-model";
  /** Offsets in the file. */
  start: number;
  end: number;
  text: string;
}

/** What stands at an offset of a file. */
export interface Cursor {
  block: Block;
  place: Place;
  /** Offset in the file where the word at the offset begins. */
  wordStart: number;
}

/** The block that holds an offset; undefined in prose, in other blocks, and in one that is indented. */
function blockAt(text: string, offset: number): Block | undefined {
  const { frontMatter, fences } = outlineMarkdown(text);
  const blocks = [
    ...(frontMatter ? [{ block: frontMatter, kind: "front-matter" as const }] : []),
    ...scenarioBlocks(fences),
  ];
  for (const { block, kind } of blocks) {
    if (kind === "qa-flow" || kind === "qa-pack") continue;
    const { content, contentStart: start } = block;
    const end = start + content.length;
    if (offset >= start && offset <= end && text.startsWith(content, start))
      return { kind, start, end, text: content };
  }
  return undefined;
}

/** No name in a scenario is like it. */
const MARK = "qaCursorQa";

/** What may be typed next at an offset: the place of the word that ends there, in what is there so far. */
export function cursorForCompletion(text: string, offset: number): Cursor | undefined {
  const block = blockAt(text, offset);
  if (!block) return undefined;
  const at = offset - block.start;
  const before = block.text.slice(block.text.lastIndexOf("\n", at - 1) + 1, at);
  const after = /^[^\r\n]*/.exec(block.text.slice(at))?.[0] ?? "";
  const [word = ""] = /[\w$.-]*$/.exec(before) ?? [];
  const wordStart = offset - (word === "-" ? 0 : word.length);
  // The first word of a line is a key that has no colon yet; a list without a dash is one that has none yet.
  const isKey = /^[ ]*(?:- +)*[\w$-]*$/.test(before) && after.trim() === "";
  const isDashMissing = block.kind === "qa-step" && isKey && /^[\w$]*$/.test(before);
  const marked = `${block.text.slice(0, wordStart - block.start)}${isDashMissing ? "- " : ""}${MARK}${isKey ? ":" : ""}${block.text.slice(at)}`;
  const place = find(parseDocument(marked, { uniqueKeys: false, logLevel: "silent" }).contents, (name) =>
    name.includes(MARK),
  );
  return place && { block, place, wordStart };
}

/** What stands at an offset. */
export function cursorForHover(text: string, offset: number): (Cursor & { wordEnd: number }) | undefined {
  const block = blockAt(text, offset);
  if (!block) return undefined;
  const at = offset - block.start;
  let found: [number, number] | undefined;
  const contents = parseDocument(block.text, { uniqueKeys: false, logLevel: "silent" }).contents;
  const place = find(contents, (_name, range) => {
    const [start, end] = range ?? [0, -1];
    if (at < start || at > end) return false;
    found = [start, end];
    return true;
  });
  if (!place || !found) return undefined;
  return { block, place, wordStart: block.start + found[0], wordEnd: block.start + found[1] };
}

type IsIt = (name: string, range: Node["range"]) => boolean;

function find(node: unknown, isIt: IsIt): Place | undefined {
  if (isScalar(node)) return isIt(String(node.value ?? ""), node.range) ? [] : undefined;
  if (!isNode(node) || isAlias(node) || !isCollection(node)) return undefined;
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const inside = isPair(item) ? findInPairs([item], isIt) : find(item, isIt);
      if (inside) return [{ index }, ...inside];
    }
    return undefined;
  }
  return isMap(node) ? findInPairs(node.items, isIt) : undefined;
}

function findInPairs(pairs: readonly { key: unknown; value: unknown }[], isIt: IsIt): Place | undefined {
  const names = pairs.map(({ key }) => (isScalar(key) ? String(key.value ?? "") : ""));
  // The one that is being typed is not there yet.
  const keys = names.filter((name) => !name.includes(MARK));
  for (const [index, { key, value }] of pairs.entries()) {
    const name = names[index] ?? "";
    if (isScalar(key) && isIt(name, key.range))
      return [{ key: name, keys: orHead(keys, name, index), atKey: true }];
    const inside = find(value, isIt);
    if (inside) return [{ key: name, keys, atKey: false }, ...inside];
  }
  return undefined;
}

/** The first key says what the others mean, so its place is kept while it is typed. */
function orHead(keys: readonly string[], name: string, index: number): readonly string[] {
  return index === 0 ? [name, ...keys.filter((key) => key !== name)] : keys;
}
