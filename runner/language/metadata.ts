import { modelScriptSchema } from "../scenario/schema/model-script-schema.ts";
import { scenarioSchema } from "../scenario/schema/schema.ts";
import type { Block, Place } from "./cursor.ts";
import type { Suggestion } from "./suggestions.ts";

/** What is used here of a JSON Schema. */
interface Schema {
  type?: string | readonly string[];
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema | false>>;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
}

/** What may stand at a place of the front matter or of a `yaml qa-model` block. */
export function inMetadata(kind: Exclude<Block["kind"], "qa-step">, place: Place): Suggestion[] {
  return inSchema(kind === "qa-model" ? modelScriptSchema : scenarioSchema, place);
}

function inSchema(schema: Schema, place: Place): Suggestion[] {
  const alternatives = schema.anyOf ?? schema.oneOf ?? [];
  return [...inAlternative(schema, place), ...alternatives.flatMap((each) => inSchema(each, place))];
}

function inAlternative(schema: Schema, [part, ...rest]: Place): Suggestion[] {
  if (!part) {
    const { enum: choices = [], const: only, type } = schema;
    const values = [
      ...choices,
      ...(only === undefined ? [] : [only]),
      ...(type === "boolean" ? [true, false] : []),
    ];
    return values.map((value) => ({ name: String(value), kind: "value" }));
  }
  if ("index" in part) return schema.items ? inSchema(schema.items, rest) : [];
  const { properties = {} } = schema;
  if (!part.atKey) {
    const inner = Object.hasOwn(properties, part.key) ? properties[part.key] : undefined;
    return inner ? inSchema(inner, rest) : [];
  }
  return Object.entries(properties)
    .filter(([name, inner]) => inner !== false && (name === part.key || !part.keys.includes(name)))
    .map(([name, inner]) => ({
      name,
      kind: "key",
      detail: inner ? typeWords(inner) : undefined,
      about: inner ? inner.description : undefined,
    }));
}

function typeWords({ type, enum: choices }: Schema): string | undefined {
  return choices
    ? choices.map(String).join(" | ")
    : type === undefined
      ? undefined
      : [type].flat().join(" | ");
}
