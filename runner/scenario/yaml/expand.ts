import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type Diagnostic, Diagnostics, type DiagnosticText } from "../source/diagnostic.ts";
import { LIMITS } from "../source/limits.ts";
import { ofNode, type YamlSource } from "../source/locate.ts";

const UNSAFE_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Replaces aliases by the nodes they name and merge keys by the members they bring, and checks keys.
 * @returns the root (another node if it was an alias) and what is wrong
 */
export function expandAliases(source: YamlSource, root: Node): { node: Node; diagnostics: Diagnostic[] } {
  const expansion = new Expansion(source);
  const node = expansion.expand(root);
  return { node, diagnostics: expansion.diagnostics };
}

class Expansion {
  readonly #diagnostics = new Diagnostics();
  readonly #source: YamlSource;
  readonly #anchors = new Map<string, Node>();
  /** Nodes below each finished node, itself included. */
  readonly #sizes = new Map<Node, number>();
  #total = 0;
  #tooMany = false;

  constructor(source: YamlSource) {
    this.#source = source;
  }

  get diagnostics(): Diagnostic[] {
    return this.#diagnostics.all;
  }

  expand(node: Node): Node {
    if (isAlias(node)) return this.#resolve(node.source, node);
    const before = this.#total;
    this.#count(1, node);
    if (!isScalar(node) && node.anchor) this.#anchors.delete(node.anchor);
    if (isMap(node)) this.#expandMap(node);
    else if (isSeq(node)) this.#expandSeq(node);
    if ("anchor" in node && node.anchor) {
      this.#sizes.set(node, this.#total - before);
      this.#anchors.set(node.anchor, node);
    }
    return node;
  }

  #resolve(name: string, alias: Node): Node {
    const target = this.#anchors.get(name);
    if (!target) {
      this.#report(alias, {
        code: "yaml-alias",
        message: `the alias \`*${name}\` has no finished anchor \`&${name}\` before it`,
        hint: `Put a value that begins with \`*\` in quotes, or define \`&${name}\` earlier.`,
      });
      return emptyAt(alias);
    }
    return this.#count(this.#sizes.get(target) ?? 1, alias) ? target : emptyAt(alias);
  }

  #expandSeq(seq: YAMLSeq): void {
    for (const [index, item] of seq.items.entries()) {
      if (isNode(item)) seq.items[index] = this.expand(item);
    }
  }

  #expandMap(map: YAMLMap): void {
    const seen = new Map<string, Node>();
    const merges: { key: Scalar; value: unknown }[] = [];
    for (const pair of map.items) {
      const key = isNode(pair.key) ? this.expand(pair.key) : undefined;
      pair.key = key;
      if (isNode(pair.value)) pair.value = this.expand(pair.value);
      if (!isScalar(key)) {
        if (key) this.#report(key, complexKey);
      } else if (key.value === "<<" && key.type === "PLAIN") {
        merges.push({ key, value: pair.value });
      } else {
        this.#checkKey(key, seen);
      }
    }
    if (merges.length === 0) return;
    const mergeKeys = new Set<unknown>(merges.map(({ key }) => key));
    map.items = map.items.filter((pair) => !mergeKeys.has(pair.key));
    for (const merge of merges) this.#merge(map, merge.key, merge.value, seen);
  }

  #checkKey(key: Scalar, seen: Map<string, Node>): void {
    const name = String(key.value ?? "");
    const first = seen.get(name);
    if (first) {
      this.#report(key, {
        code: "duplicate-key",
        message: `the key \`${name}\` is given twice; the first is on line ${this.#lineOf(first)}`,
        hint: "Remove one of the two.",
      });
    } else if (UNSAFE_KEYS.has(name)) {
      this.#report(key, {
        code: "unsafe-key",
        message: `the key \`${name}\` is not allowed`,
        hint: "Choose another name: JavaScript gives this one a meaning of its own.",
      });
    }
    seen.set(name, first ?? key);
  }

  /** Members of the mapping win over merged ones, earlier merges over later ones. */
  #merge(map: YAMLMap, key: Scalar, value: unknown, seen: Map<string, Node>): void {
    const sources = isSeq(value) ? value.items : [value];
    for (const merged of sources) {
      if (!isMap(merged)) {
        this.#report(key, {
          code: "yaml-merge-key",
          message: "a merge key `<<` needs a mapping or a list of mappings",
          hint: "Write `<<: *name`, where `&name` marks a mapping.",
        });
        return;
      }
      for (const pair of merged.items) {
        const name = isScalar(pair.key) ? String(pair.key.value ?? "") : undefined;
        if (name === undefined || seen.has(name) || !isNode(pair.key)) continue;
        seen.set(name, pair.key);
        map.items.push(new Pair(pair.key, pair.value));
      }
    }
  }

  #count(nodes: number, at: Node): boolean {
    this.#total += nodes;
    if (this.#total <= LIMITS.yamlValues) return true;
    if (!this.#tooMany) {
      this.#tooMany = true;
      this.#report(at, {
        code: "yaml-alias",
        message: `the block expands to more than ${LIMITS.yamlValues} values`,
        hint: "Aliases that repeat aliases grow quickly; write out what is needed.",
      });
    }
    return false;
  }

  #lineOf(node: Node): number {
    return this.#source.locate(node.range?.[0] ?? 0).line;
  }

  #report(node: Node, text: DiagnosticText): void {
    this.#diagnostics.error(ofNode(this.#source, node), text);
  }
}

const complexKey: DiagnosticText = {
  code: "yaml-complex-key",
  message: "a list or mapping cannot be a key",
  hint: "Quote the key if it is meant as text.",
};

function emptyAt(node: Node): Scalar {
  const empty = new Scalar(null);
  empty.range = node.range ?? null;
  return empty;
}
