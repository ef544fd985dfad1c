import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import type { JsonObject } from "./json.ts";
import { exampleArguments } from "./schema-arguments.ts";

const text = { type: "string" };
const object = (properties: JsonObject, more: JsonObject = {}) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

test.for<[what: string, schema: unknown, value: JsonObject]>([
  ["no schema", undefined, {}],
  [
    "what need not be there is left out",
    { ...object({ a: text, b: text }), required: ["b"] },
    { b: "example" },
  ],
  [
    "what the schema says itself",
    object({
      a: { const: 7 },
      b: { ...text, default: "x" },
      c: { ...text, examples: ["y"] },
      d: { enum: [null, "z"] },
    }),
    { a: 7, b: "x", c: "y", d: "z" },
  ],
  [
    "one of several types",
    object({
      a: { type: ["null", "integer"] },
      b: { anyOf: [{ type: "null" }, { const: "on" }, { const: "off" }] },
      c: { type: "null" },
    }),
    { a: 1, b: "on", c: null },
  ],
  [
    "limits of numbers",
    object({
      a: { type: "integer", minimum: 5 },
      b: { type: "integer", maximum: -3 },
      c: { type: "integer", multipleOf: 4, minimum: 5 },
      d: { type: "number", exclusiveMinimum: 0, maximum: 0.75 },
      e: { type: "integer", exclusiveMinimum: 10 },
    }),
    { a: 5, b: -3, c: 8, d: 0.75, e: 11 },
  ],
  [
    "limits of texts",
    object({
      a: { ...text, minLength: 10 },
      b: { ...text, maxLength: 2 },
      c: { ...text, format: "date-time" },
      d: { ...text, pattern: "^[A-Z]{3}-\\d+$" },
    }),
    { a: "exampleexa", b: "ex", c: "2026-01-31T12:30:00Z", d: "ABC-123" },
  ],
  [
    "lists and what lies in them",
    object({
      a: { type: "array", items: object({ id: text }), minItems: 2 },
      b: { type: "array", items: text },
    }),
    { a: [{ id: "example" }, { id: "example" }], b: [] },
  ],
  [
    "references and parts",
    {
      $defs: { id: { type: "integer", minimum: 3 } },
      allOf: [
        object({ a: { $ref: "#/$defs/id" } }, { additionalProperties: true }),
        object({ b: text }, { additionalProperties: true }),
      ],
    },
    { a: 3, b: "example" },
  ],
])("%s", ([, schema, value]) => {
  expect(exampleArguments(schema)).toEqual({ value, unmet: [] });
  if (schema === undefined) return;
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  expect(ajv.validate(schema as JsonObject, value), ajv.errorsText()).toBe(true);
});

test("a pattern that nothing known fits is named, and so is one that cannot be read", () => {
  const schema = object({ key: { ...text, pattern: "^sk-[0-9a-f]{48}$" }, "a/b": { ...text, pattern: "(" } });
  expect(exampleArguments(schema)).toEqual({
    value: { key: "example", "a/b": "example" },
    unmet: ["/key", "/a~1b"],
  });
});

test("a schema that leads back to itself ends, and a name that would change a prototype stays a name", () => {
  const schema = {
    ...object({ next: { $ref: "#" } }),
    required: ["next", "__proto__"],
  };
  const { value } = exampleArguments(schema);
  expect(Object.keys(value)).toEqual(["next", "__proto__"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});
