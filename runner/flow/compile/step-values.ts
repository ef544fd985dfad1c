import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { quotedList, suggest, suggestion } from "../../base/suggest.ts";
import type { Value } from "../types.ts";
import type { ValueSchema } from "../vocabulary.ts";
import { describeNode, Mapping } from "./mapping.ts";
import type { StepContext } from "./step-context.ts";
import { compileText } from "./texts.ts";

/**
 * Compiles a value of a step below a heading: data with `${…}` in its texts, and `{ expr: … }` for what is computed.
 * What cannot fit the schema is reported.
 * @returns undefined if something in it is wrong
 */
export function compileStepValue(
  context: StepContext,
  node: Node | undefined,
  schema: ValueSchema = {},
): Value | undefined {
  if (schema.literal && !isComputed(node)) return compileLiteral(context, node, schema);
  if (isScalar(node) && typeof node.value === "string") {
    const text = compileText(context, node as Scalar<string>);
    if (!text) return undefined;
    const { value, shape } = text;
    const fits = value.kind === "literal" ? fitsLiteral(schema, value.value) : fitsShape(schema, shape);
    if (!fits) return wrong(context, node, schema, shape);
    return value.kind === "literal" && !isDeclared(context, node, schema) ? undefined : value;
  }
  if (isSeq(node)) {
    if (!mayBe(schema, "array")) return wrong(context, node, schema);
    const items = (node.items as Node[]).map((item) => compileStepValue(context, item, schema.items));
    return items.every((item) => item !== undefined) ? { kind: "list", items } : undefined;
  }
  if (isMap(node))
    return compileMapping(context, new Mapping(node, "the mapping", context.flow), node, schema);
  const value = isScalar(node) ? literal(node) : null;
  return fitsLiteral(schema, value) ? { kind: "literal", value } : wrong(context, node, schema);
}

/** `{ expr: … }` in the place of a value. */
function isComputed(node: Node | undefined): boolean {
  return isMap(node) && node.items.length === 1 && node.has("expr");
}

/** A text as it stands, or data all of whose texts and mappings stand for themselves. */
function compileLiteral(
  context: StepContext,
  node: Node | undefined,
  schema: ValueSchema,
): Value | undefined {
  const value = compileData(context, node, ({ value: text }) => ({ kind: "literal", value: text }));
  if (!value) return undefined;
  const fits =
    value.kind === "literal"
      ? fitsLiteral(schema, value.value)
      : mayBe(schema, value.kind === "list" ? "array" : "object");
  return fits ? value : wrong(context, node, schema);
}

/**
 * Compiles data in which a mapping is one, whatever words it has.
 * @param text what its texts are
 * @returns undefined if something in it is wrong, which is reported
 */
export function compileData(
  context: StepContext,
  node: Node | undefined,
  text: (scalar: Scalar<string>) => Value | undefined,
): Value | undefined {
  const inner = (each: Node | undefined) => compileData(context, each, text);
  if (isSeq(node)) {
    const items = (node.items as Node[]).map(inner);
    return items.every((item) => item !== undefined) ? { kind: "list", items } : undefined;
  }
  if (isMap(node)) {
    const mapping = new Mapping(node, "the mapping", context.flow);
    const entries = mapping.keys.flatMap((name) => {
      const value = inner(mapping.field(name)?.value);
      return value ? [[name, value] as const] : [];
    });
    return entries.length === mapping.keys.length ? { kind: "record", entries } : undefined;
  }
  if (!isScalar(node)) return { kind: "literal", value: null };
  return typeof node.value === "string"
    ? text(node as Scalar<string>)
    : { kind: "literal", value: literal(node) };
}

/** Reports a name that the front matter does not declare. */
function isDeclared({ flow, roots }: StepContext, node: Scalar, { nameOf }: ValueSchema): boolean {
  const given = nameOf === undefined ? undefined : roots.given(nameOf);
  const name = String(node.value);
  // Where nothing at all is declared, the statement says so.
  if (!given?.properties || Object.hasOwn(given.properties, name)) return true;
  flow.diagnostics.error(flow.rangeOf(node), {
    code: "not-declared",
    message: `\`${nameOf}\` in the front matter declares no \`${name}\``,
    hint: suggestion(name, Object.keys(given.properties)),
  });
  return false;
}

function compileMapping(
  context: StepContext,
  mapping: Mapping,
  node: Node,
  schema: ValueSchema,
): Value | undefined {
  const { keys } = mapping;
  if (isComputed(node)) {
    const text = mapping.text(mapping.field("expr"));
    const expression = text && context.flow.expression(text.value)?.compiled;
    return expression && { kind: "expression", expression };
  }
  if (!mayBe(schema, "object")) return wrong(context, node, schema);
  const { properties = {}, additionalProperties } = schema;
  const others = typeof additionalProperties === "object" ? additionalProperties : undefined;
  const entries: [string, Value][] = [];
  for (const name of keys) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : others;
    const value = compileStepValue(context, mapping.field(name)?.value, inner);
    if (value) entries.push([name, value]);
  }
  return entries.length === keys.length ? { kind: "record", entries } : undefined;
}

function literal({ value }: Scalar): string | number | bigint | boolean | null {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? value : null;
}

/**
 * Whether data in the file can be equal to a value that is like a schema; what cannot is reported. A text with `${…}` can
 * be anything.
 * @param hint what to write where only some members are given
 */
export function canEqual(
  context: StepContext,
  node: Node | undefined,
  schema: ValueSchema = {},
  hint = "Without `equals`, a mapping names the members that matter, and others may be there.",
): boolean {
  if (isSeq(node)) {
    if (!mayBe(schema, "array")) return wrong(context, node, schema) ?? false;
    return (node.items as Node[]).every((item) => canEqual(context, item, schema.items, hint));
  }
  if (isMap(node)) {
    if (isComputed(node)) return true;
    if (!mayBe(schema, "object")) return wrong(context, node, schema) ?? false;
    const mapping = new Mapping(node, "the mapping", context.flow);
    const lacking = (schema.required ?? []).filter((name) => !mapping.field(name));
    if (lacking.length > 0) {
      context.flow.diagnostics.error(mapping.range, {
        code: "matcher-cannot-match",
        message: `this can never be equal: what is matched has ${quotedList(lacking)} as well`,
        hint,
      });
      return false;
    }
    return mapping.keys.every((name) => {
      const { properties = {} } = schema;
      const member = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return canEqual(context, mapping.field(name)?.value, member, hint);
    });
  }
  if (!isScalar(node) || (typeof node.value === "string" && node.value.includes("${"))) return true;
  const value = typeof node.value === "string" ? node.value : literal(node);
  return fitsLiteral(schema, value) || (wrong(context, node, schema) ?? false);
}

/**
 * @param shape of the value, where the node is a path to one
 * @returns undefined, after reporting what the schema wants
 */
function wrong(
  { flow }: StepContext,
  node: Node | undefined,
  schema: ValueSchema,
  shape?: ValueSchema,
): undefined {
  const range = node ? flow.rangeOf(node) : undefined;
  if (!range) return undefined;
  const choices = choicesOf(schema);
  if (choices.length > 0 && isScalar(node)) {
    const near = suggest(String(node.value), choices);
    flow.diagnostics.error(range, {
      code: "invalid-value",
      message: `this cannot be \`${String(node.value)}\``,
      hint: `${near === undefined ? "" : `Did you mean \`${near}\`? `}Possible here: ${quotedList(choices)}.`,
    });
    return undefined;
  }
  flow.diagnostics.error(range, {
    code: "wrong-type",
    message: `this must be ${typeWords(schema)}, got ${shape ? typeWords(shape) : describeNode(node)}`,
    hint: schema.description,
  });
  return undefined;
}

function choicesOf({ enum: choices, const: only }: ValueSchema): string[] {
  return [...(choices ?? []), ...(only === undefined ? [] : [only])].map(String);
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
  null: "null",
};

/** What values are that are like a schema: `a text`, ``one of `hot`, `restart` ``. */
export function typeWords({ anyOf, ...schema }: ValueSchema): string {
  if (anyOf) return anyOf.map(typeWords).join(" or ");
  const { type, properties } = schema;
  const choices = choicesOf(schema);
  if (choices.length > 0) return `one of ${quotedList(choices)}`;
  const types = [type ?? (properties ? "object" : [])].flat();
  return types.map((name) => WORDS[name] ?? name).join(" or ");
}

/** Whether a value of this type may fit. */
function mayBe({ type, anyOf, enum: choices }: ValueSchema, wanted: string): boolean {
  if (anyOf) return anyOf.some((each) => mayBe(each, wanted));
  if (choices) return false;
  return type === undefined || [type].flat().includes(wanted);
}

/** Whether a scalar that stands in the file can be what the schema wants. */
function fitsLiteral(schema: ValueSchema, value: string | number | bigint | boolean | null): boolean {
  if (schema.anyOf) return schema.anyOf.some((each) => fitsLiteral(each, value));
  const choices = choicesOf(schema);
  if (choices.length > 0) return choices.includes(String(value));
  const type = value === null ? "null" : typeof value === "bigint" ? "number" : typeof value;
  return mayBe(schema, type) || (type === "number" && mayBe(schema, "integer"));
}

/** The same for a value whose shape is known before it is. */
function fitsShape(schema: ValueSchema, shape: ValueSchema | undefined): boolean {
  const type = shape?.type;
  return typeof type !== "string" || schema.enum !== undefined || mayBe(schema, type);
}
