import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { suggestion } from "../../base/suggest.ts";
import type { SourceRange } from "../../scenario/source/diagnostic.ts";
import type { CompileContext } from "./context.ts";

export class Field {
  readonly key: string;
  /** Undefined if nothing follows the key. */
  readonly value: Node | undefined;
  readonly #keyNode: Node;
  readonly #context: CompileContext;

  constructor(keyNode: Scalar, value: Node | undefined, context: CompileContext) {
    this.key = String(keyNode.value ?? "");
    this.value = value;
    this.#keyNode = keyNode;
    this.#context = context;
  }

  get keyRange(): SourceRange {
    return this.#context.rangeOf(this.#keyNode);
  }

  get valueRange(): SourceRange {
    return this.#context.rangeOf(this.value ?? this.#keyNode);
  }
}

/** A field whose value is a text that is not blank. */
export type TextField = Field & { readonly value: Scalar<string> };

/**
 * A YAML mapping whose fields are taken out one by one, each with a check of its type.
 * What is wrong is reported; the getter then gives undefined.
 */
export class Mapping {
  /** What the mapping is, for messages: `step`, `lambda`. */
  readonly what: string;
  readonly #node: YAMLMap;
  readonly #context: CompileContext;
  readonly #fields = new Map<string, Field>();

  constructor(node: YAMLMap, what: string, context: CompileContext) {
    this.what = what;
    this.#context = context;
    this.#node = node;
    for (const { key, value } of node.items as { key: unknown; value: Node | null }[]) {
      if (!isScalar(key)) continue;
      const field = new Field(key, value ?? undefined, context);
      this.#fields.set(field.key, field);
    }
  }

  get range(): SourceRange {
    return this.#context.rangeOf(this.#node);
  }

  get keys(): string[] {
    return [...this.#fields.keys()];
  }

  field(key: string): Field | undefined {
    return this.#fields.get(key);
  }

  /** Reports every key that is not one of `known`; upstream ignores them, so a foreign pack gets a warning. */
  allowKeys(known: readonly string[]): void {
    for (const field of this.#fields.values()) {
      const { key } = field;
      if (known.includes(key)) continue;
      this.#context.diagnostics.ownRule(field.keyRange, {
        code: "unknown-key",
        message: `${this.what} has no key \`${key}\``,
        hint: suggestion(key, known),
      });
    }
  }

  /** The field, which must be there; a missing one is reported at the mapping. */
  required(key: string, at: SourceRange = this.range): Field | undefined {
    const field = this.#fields.get(key);
    if (!field) {
      this.#context.diagnostics.error(at.beginning, {
        code: "missing-property",
        message: `${this.what} needs \`${key}\``,
      });
    }
    return field;
  }

  /** A text that is not blank. */
  text(field: Field | undefined): TextField | undefined {
    if (!field) return undefined;
    if (!isTextField(field)) {
      this.#wrongType(field, "a text", describeNode(field.value), quoteHint(field.value));
    } else if (field.value.value.trim() === "") {
      this.#reportEmpty(field);
    } else {
      return field;
    }
    return undefined;
  }

  /** @param hint what to write instead of a list that is empty and must not be */
  list(field: Field | undefined, minimum: 0 | 1, hint?: string): YAMLSeq | undefined {
    if (!field) return undefined;
    if (!isSeq(field.value)) {
      this.#wrongType(field, "a list", describeNode(field.value));
      return undefined;
    }
    if (field.value.items.length < minimum) {
      this.#reportEmpty(field, hint);
      return undefined;
    }
    return field.value;
  }

  mapping(field: Field | undefined): Mapping | undefined {
    if (!field) return undefined;
    if (isMap(field.value)) return new Mapping(field.value, `\`${field.key}\``, this.#context);
    this.#wrongType(field, "a mapping", describeNode(field.value));
    return undefined;
  }

  boolean(field: Field | undefined): boolean | undefined {
    if (!field) return undefined;
    if (isScalar(field.value) && typeof field.value.value === "boolean") return field.value.value;
    this.#wrongType(field, "true or false", describeNode(field.value));
    return undefined;
  }

  milliseconds(field: Field | undefined): number | undefined {
    if (!field) return undefined;
    const value = isScalar(field.value) ? field.value.value : undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    this.#wrongType(field, "a whole number of milliseconds above 0", describeNode(field.value));
    return undefined;
  }

  #reportEmpty(field: Field, hint?: string): void {
    this.#context.diagnostics.error(field.valueRange, {
      code: "wrong-length",
      message: `\`${field.key}\` must not be empty`,
      ...(hint ? { hint } : {}),
    });
  }

  #wrongType(field: Field, wanted: string, got: string, hint?: string): void {
    this.#context.diagnostics.error(field.valueRange, {
      code: "wrong-type",
      message: `\`${field.key}\` must be ${wanted}, got ${got}`,
      ...(hint ? { hint } : {}),
    });
  }
}

function isTextField(field: Field): field is TextField {
  return isScalar(field.value) && typeof field.value.value === "string";
}

function quoteHint(node: Node | undefined): string | undefined {
  if (isScalar(node) && node.value !== null) return `Put it in quotes: "${String(node.value)}".`;
  if (isMap(node)) return "Put the text in quotes: braces and `: ` begin a YAML mapping.";
  return undefined;
}

/** What a node is, in words. */
export function describeNode(node: Node | undefined): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  if (typeof node.value === "string") return "a text";
  return `the ${typeof node.value} ${String(node.value)}`;
}
