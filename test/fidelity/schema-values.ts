import fc from "fast-check";

/** A JSON schema as far as the protocols' schemas use it. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
}

/** Longer than any text that this gateway limits, where the schema does not. */
const LONG = 600;

/** Values that mostly fit the schema: each part of a value is sometimes any JSON instead, too much, or not there. */
export function valuesAround(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: valuesOf(schema) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
  );
}

function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch ([schema.type].flat()[0]) {
    case "string":
      return texts(schema);
    case "integer":
      return numbers(schema, true);
    case "number":
      return numbers(schema, false);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return lists(schema);
    case "object":
      return objects(schema);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function texts({ pattern, minLength = 0, maxLength = LONG }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.oneof(fc.stringMatching(new RegExp(pattern)), fc.string());
  const usual = fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 10) });
  const longest = fc.nat(1).map((more) => "x".repeat(maxLength + more));
  return fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: longest });
}

function numbers({ minimum = -10, maximum = 1_000_000 }: Schema, whole: boolean): fc.Arbitrary<number> {
  const usual = fc.integer({ min: minimum - 1, max: maximum + 1 });
  return whole ? usual : fc.oneof(usual, fc.constant(minimum + 0.5));
}

function lists({ items = {}, minItems = 0, maxItems = 3 }: Schema): fc.Arbitrary<unknown[]> {
  return fc.array(valuesAround(items), {
    minLength: Math.max(0, minItems - 1),
    maxLength: Math.min(maxItems + 1, 4),
  });
}

function objects({ properties = {}, required = [], patternProperties }: Schema): fc.Arbitrary<object> {
  const known = Object.entries(properties).map(([key, value]): [string, fc.Arbitrary<unknown>] => [
    key,
    valuesAround(value),
  ]);
  const own = fc.tuple(
    fc.record(Object.fromEntries(known), {
      requiredKeys: required.filter((key) => Object.hasOwn(properties, key)),
    }),
    fc.subarray(Object.keys(properties), { maxLength: Math.min(4, Object.keys(properties).length) }),
    fc.option(fc.constantFrom(...required, "surprise"), { freq: 8 }),
  );
  const [free] = Object.values(patternProperties ?? {});
  // Few keys at a time, so that a difference in one of them is not hidden by another.
  const fewKeys = own.map(([value, chosen, odd]) => {
    const kept = Object.entries(value).filter(([key]) => required.includes(key) || chosen.includes(key));
    const changed = Object.fromEntries(kept);
    if (odd === "surprise") return { ...changed, surprise: 1 };
    if (odd !== null) delete changed[odd];
    return changed;
  });
  if (free === undefined) return fewKeys;
  return fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/), valuesAround(free), { maxKeys: 3 });
}
