import { isJsonObject, type JsonObject, objectOf } from "./json.ts";

/** Values for a tool's parameters. */
export interface ExampleArguments {
  /** The required members, and those within them. */
  value: JsonObject;
  /** JSON pointers of members for which no value was found that their `pattern` allows; they hold one that it does not. */
  unmet: string[];
}

/** Deeper schemas lead back to themselves: what lies below is left empty. */
const DEEPEST = 12;

/** Texts that are tried for a `pattern`, from the likeliest on. */
const TEXTS = [
  ...["example", "Example", "EXAMPLE", "a", "A", "1", "42", "1.0.0", "A1", "a1", "ab", "AB", "abc", "ABC"],
  ...["abc-123", "ABC-123", "2026-01-31", "12:30", "+4915112345678", "#ffffff", "/example", "@example"],
];

const FORMATS: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  time: "12:30:00Z",
  "date-time": "2026-01-31T12:30:00Z",
  duration: "PT1H",
  email: "someone@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  "uri-reference": "/example",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/**
 * Arguments that a JSON schema allows, the same each time: its required members only, with what it says itself where it
 * says it (`const`, `default`, `examples`, `enum`), and otherwise with the plainest value of the type and its limits.
 * @param schema of an object; anything else gives no members
 */
export function exampleArguments(schema: unknown): ExampleArguments {
  const unmet: string[] = [];
  const value = valueFor(schema, { root: schema, path: "", depth: 0, unmet });
  return { value: isJsonObject(value) ? value : {}, unmet };
}

interface Place {
  root: unknown;
  path: string;
  depth: number;
  unmet: string[];
}

function valueFor(given: unknown, place: Place): unknown {
  if (!isJsonObject(given) || place.depth > DEEPEST) return {};
  const schema = flattened(given, place.root);
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  const [example] = Array.isArray(schema.examples) ? schema.examples : [];
  if (example !== undefined) return example;
  if (schema.example !== undefined) return schema.example;
  if (Array.isArray(schema.enum)) return schema.enum.find((each) => each !== null) ?? null;
  switch (typeOf(schema)) {
    case "object":
      return objectFor(schema, place);
    case "array":
      return listFor(schema, place);
    case "integer":
      return numberFor(schema, 1);
    case "number":
      return numberFor(schema, undefined);
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return textFor(schema, place);
  }
}

/** What `$ref` leads to, with all of `allOf` and the first usable branch of `anyOf` and `oneOf`. */
function flattened(given: JsonObject, root: unknown, depth = 0): JsonObject {
  const { $ref, allOf, anyOf, oneOf, ...own } = given;
  if (depth > DEEPEST) return own;
  const branches = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  const branch = branches.find((each) => isJsonObject(each) && each.type !== "null") ?? branches[0];
  const parts = [
    ...(typeof $ref === "string" ? [referred(root, $ref)] : []),
    ...(Array.isArray(allOf) ? allOf : []),
    ...(branch === undefined ? [] : [branch]),
  ].filter(isJsonObject);
  return parts.reduce((whole, part) => joined(whole, flattened(part, root, depth + 1)), own);
}

function joined(one: JsonObject, other: JsonObject): JsonObject {
  const required = [one.required, other.required].filter(Array.isArray).flat();
  const properties = { ...objectOf(one.properties), ...objectOf(other.properties) };
  return {
    ...other,
    ...one,
    ...(required.length > 0 && { required }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

/** Within the same schema: `#`, `#/$defs/name`. */
function referred(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  const steps = reference.slice(1).split("/").slice(1);
  return steps.reduce<unknown>((value, step) => {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }, root);
}

function typeOf({ type, properties, required, items }: JsonObject): unknown {
  const [first] = [type].flat().filter((each) => each !== "null");
  if (first !== undefined) return first;
  if (type !== undefined) return "null";
  if (properties !== undefined || required !== undefined) return "object";
  return items === undefined ? undefined : "array";
}

function objectFor({ properties, required, additionalProperties }: JsonObject, place: Place): JsonObject {
  const names = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
  const known = objectOf(properties);
  // fromEntries defines own members, so that a name such as __proto__ stays plain data.
  return Object.fromEntries(
    [...new Set(names)].map((name) => [
      name,
      valueFor(Object.hasOwn(known, name) ? known[name] : (additionalProperties ?? {}), below(place, name)),
    ]),
  );
}

function listFor({ minItems, prefixItems, items }: JsonObject, place: Place): unknown[] {
  const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
  const length = Math.max(numberOr(minItems, 0), place.depth > DEEPEST ? 0 : first.length);
  return Array.from({ length: Math.min(length, 100) }, (_, index) =>
    valueFor(first[index] ?? items ?? {}, below(place, String(index))),
  );
}

/** 1 if it may be, else what is nearest to it. @param step of integers; undefined if fractions are allowed */
function numberFor(schema: JsonObject, step: number | undefined): number {
  const each = numberOr(schema.multipleOf, step ?? 0);
  const lowest = limit(schema.minimum, schema.exclusiveMinimum, each || 0.5, 1);
  const highest = limit(schema.maximum, schema.exclusiveMaximum, each || 0.5, -1);
  const value = Math.min(Math.max(1, lowest ?? 1), highest ?? Number.POSITIVE_INFINITY);
  if (each === 0) return value;
  const above = Math.ceil(value / each) * each;
  return highest !== undefined && above > highest ? Math.floor(highest / each) * each : above;
}

/** @param exclusive a number, or `true` for `inclusive` as it was before draft 6 */
function limit(inclusive: unknown, exclusive: unknown, step: number, direction: 1 | -1): number | undefined {
  const limits = [
    ...(typeof exclusive === "number" ? [exclusive + direction * step] : []),
    ...(typeof inclusive === "number" ? [inclusive + (exclusive === true ? direction * step : 0)] : []),
  ];
  if (limits.length === 0) return undefined;
  return direction === 1 ? Math.max(...limits) : Math.min(...limits);
}

function textFor(schema: JsonObject, { path, unmet }: Place): string {
  const { format, pattern } = schema;
  const shortest = numberOr(schema.minLength, 0);
  const longest = numberOr(schema.maxLength, Number.POSITIVE_INFINITY);
  const known = typeof format === "string" && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  const fitted = (text: string) => text.padEnd(shortest, text || "a").slice(0, longest);
  const texts = [...(known === undefined ? [] : [known]), ...TEXTS];
  if (typeof pattern !== "string") return known ?? fitted("example");
  const allowed = allows(pattern);
  const found = [...texts, ...texts.map(fitted)].find(
    (text) => text.length >= shortest && text.length <= longest && allowed(text),
  );
  if (found === undefined) unmet.push(path);
  return found ?? fitted("example");
}

/** A pattern that JavaScript cannot read allows nothing that is known. */
function allows(pattern: string): (text: string) => boolean {
  try {
    const expression = new RegExp(pattern, "u");
    return (text) => expression.test(text);
  } catch {
    return () => false;
  }
}

function below({ path, depth, ...place }: Place, name: string): Place {
  return {
    ...place,
    path: `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    depth: depth + 1,
  };
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}
