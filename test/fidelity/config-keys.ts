import fc from "fast-check";
import { isJsonObject, type JsonObject } from "../../fixtures/gateway/src/base/json.ts";
import {
  childrenOf,
  isUnread,
  type SchemaPlace,
  schemaKeys,
} from "../../fixtures/gateway/src/config/schema-keys.ts";

/** What stands at a path of a schema, through all its variants. */
function schemasAt(schema: JsonObject, path: readonly string[]): JsonObject[] {
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  return variantsOf(schema).flatMap((variant) => {
    const child =
      childrenOf(variant).find(([name]) => name === key) ??
      childrenOf(variant).find(([name]) => name === "*");
    return child === undefined ? [] : schemasAt(child[1], rest);
  });
}

/** Whether the schema has the key, or says nothing about what stands there. */
export function isKnown(schema: JsonObject, path: readonly string[]): boolean {
  if (schemasAt(schema, path).length > 0) return true;
  return path.some(
    (_key, index) => index > 0 && schemasAt(schema, path.slice(0, index)).flatMap(variantsOf).some(isOpen),
  );
}

function isOpen({ type, anyOf, oneOf, enum: words, properties, additionalProperties }: JsonObject): boolean {
  if (additionalProperties === true) return true;
  return [type, anyOf, oneOf, words, properties, additionalProperties].every((one) => one === undefined);
}

/** Names of the keys that stand directly below a path. */
export function namesBelow(schema: JsonObject, path: readonly string[]): string[] {
  const names = schemasAt(schema, path)
    .flatMap(variantsOf)
    .flatMap(childrenOf)
    .map(([name]) => name);
  return [...new Set(names)];
}

function variantsOf(schema: JsonObject): JsonObject[] {
  const variants = [schema.anyOf, schema.oneOf, schema.allOf].flat().filter(isJsonObject);
  return [schema, ...variants.flatMap(variantsOf)];
}

/** What has to stand beside a key for a config to be valid, by the path of the object. */
const BESIDE: Readonly<Record<string, JsonObject>> = {
  "agents.list.*": { id: "a" },
  "bindings.*": { agentId: "a", match: { channel: "c" } },
  "bindings.*.match": { channel: "c" },
  "bindings.*.match.peer": { kind: "direct", id: "p" },
  "models.providers.*": { baseUrl: "http://127.0.0.1/v1", models: [] },
  "models.providers.*.models.*": { id: "m", name: "m" },
};
const SOME_KEY = "some";

/** A config that has this value at a key of the schema, and beside it only what is required. */
export function configWith(schema: JsonObject, path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((below, key, index) => {
    const above = path.slice(0, index);
    if (schemasAt(schema, above).some(({ items }) => items !== undefined)) return [below];
    return { ...BESIDE[above.join(".")], [key === "*" ? SOME_KEY : key]: below };
  }, value);
}

/** The value that `configWith` was given. */
export function valueIn(config: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[0];
    return isJsonObject(value) ? value[key === "*" ? SOME_KEY : key] : undefined;
  }, config);
}

const ODD: readonly unknown[] = [
  "",
  " ",
  "text",
  0,
  1,
  23,
  24,
  -1,
  1.5,
  1e300,
  true,
  null,
  [],
  [1],
  ["text"],
  {},
  { some: "text" },
  { some: 1 },
];

/** Values that the schema allows, values that it almost allows, and values of all other types. */
export function valuesFor(schema: JsonObject): unknown[] {
  const { enum: words, minimum, maximum } = schema;
  const numbers = [minimum, maximum].flatMap((limit) =>
    typeof limit === "number" ? [limit - 1, limit, limit + 1] : [],
  );
  return [...(Array.isArray(words) ? words : []), ...numbers, ...ODD];
}

/**
 * Configs with keys of the schema that the gateway reads, most of them valid.
 * @param leaveOut what the two are known to differ in, as dotted paths
 */
export function configs(schema: JsonObject, leaveOut: readonly string[]): fc.Arbitrary<JsonObject> {
  return objects(schema, [], leaveOut) as fc.Arbitrary<JsonObject>;
}

function values(
  schema: JsonObject,
  path: readonly string[],
  leaveOut: readonly string[],
): fc.Arbitrary<unknown> {
  const good = goodValues(schema, path, leaveOut);
  // Of a hundred keys a few should be wrong, not all of them.
  return fc.oneof(
    { weight: 30, arbitrary: good },
    { weight: 1, arbitrary: fc.constantFrom(...ODD.filter((value) => !isJsonObject(value))) },
  );
}

function goodValues(
  schema: JsonObject,
  path: readonly string[],
  leaveOut: readonly string[],
): fc.Arbitrary<unknown> {
  const { type, enum: words, minimum = 0, maximum = 65_535, items } = schema;
  if (Array.isArray(words)) return fc.constantFrom(...words);
  if (Array.isArray(type)) {
    return fc.oneof(...type.map((one) => goodValues({ ...schema, type: one }, path, leaveOut)));
  }
  if (type === "boolean") return fc.boolean();
  if (type === "string") return fc.constantFrom("text", "a", "http://127.0.0.1:9/v1");
  if (type === "integer" || type === "number") {
    return fc.integer({ min: Math.max(1, Number(minimum)), max: Number(maximum) });
  }
  if (type === "array") {
    return fc.array(
      isJsonObject(items) && !leaveOut.includes([...path, "*"].join("."))
        ? values(items, [...path, "*"], leaveOut)
        : fc.constant("text"),
      {
        maxLength: 2,
      },
    );
  }
  return objects(schema, path, leaveOut);
}

function objects(
  schema: JsonObject,
  path: readonly string[],
  leaveOut: readonly string[],
): fc.Arbitrary<unknown> {
  // An object of which nothing is left would be another difference.
  const isLeft = ({ path: key, schema: own }: SchemaPlace) =>
    !isUnread(own) && !key.some((_part, index) => leaveOut.includes(key.slice(0, index + 1).join(".")));
  const used = childrenOf(schema).filter(([key, child]) => schemaKeys(child, [...path, key]).some(isLeft));
  const members = used.map(([key, child]): [string, fc.Arbitrary<unknown>] => [
    key === "*" ? SOME_KEY : key,
    values(child, [...path, key], leaveOut),
  ]);
  const beside = BESIDE[path.join(".")] ?? {};
  return fc
    .tuple(fc.record(Object.fromEntries(members), { requiredKeys: [] }), fc.boolean())
    .map(([given, whole]) => (whole || path.length > 0 ? { ...beside, ...given } : given));
}
