import fc from "fast-check";
import type { JsonObject } from "../../../fixtures/gateway/src/base/json.ts";
import { hasErrors } from "../../../fixtures/gateway/src/plugins/diagnostics.ts";
import { checkOwnConfig } from "../../../fixtures/gateway/src/plugins/own-config.ts";
import { recordOf } from "../../../fixtures/gateway/src/plugins/testing/records.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

interface Case {
  schema: JsonObject;
  config: JsonObject;
}

type Validate = (params: { schema: JsonObject; cacheKey: string; value: unknown; applyDefaults: true }) => {
  ok: boolean;
  value?: unknown;
};

/** A plugin's own config against the schema in its manifest: accepted or not, and what the plugin sees of it. */
export const area: Area = {
  title: "Config of plugins",
  async compare(release) {
    const validate = await release.take<Validate>("validateJsonSchemaValue", "schema-validator");
    return [
      await Finding.rule("validation and defaults", {
        fixed: FIXED,
        random: CASE,
        wanted: release.version === "2026.4.26" ? [] : [{ at: requiresUndeclared, why: UNDECLARED }],
        theirs: ({ schema, config }) => {
          const params = {
            schema,
            cacheKey: JSON.stringify(schema),
            value: config,
            applyDefaults: true,
          } as const;
          const { ok, value } = validate(params);
          return ok ? value : "refused";
        },
        ours: async ({ schema, config }) => {
          const own = await checkOwnConfig(recordOf("buoy", { configSchema: schema }), config);
          return hasErrors(own.diagnostics) ? "refused" : own.config;
        },
      }),
    ];
  },
};

const UNDECLARED =
  "a required key that the schema does not declare is refused like any other, as in 2026.4.26";

function requiresUndeclared({ schema }: Case): boolean {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: object;
    required?: string[];
    additionalProperties?: boolean;
  };
  return additionalProperties === false && required.some((key) => !Object.hasOwn(properties, key));
}

function caseOf(property: JsonObject, value: unknown): Case {
  return { schema: { type: "object", properties: { a: property } }, config: { a: value } };
}

const FIXED: Case[] = [
  caseOf({ type: "string", format: "uri" }, "https://example.org/a"),
  caseOf({ type: "string", format: "uri" }, "no address"),
  caseOf({ type: "string", format: "email" }, "no address"),
  caseOf({ type: "string", sensitive: true, "x-order": 1 }, "secret"),
  caseOf({ type: "string", default: "deep" }, undefined),
  { schema: { type: "object", additionalProperties: false, properties: {} }, config: { a: 1 } },
];

const type = fc.constantFrom("string", "integer", "boolean");
const leaf = fc.record(
  {
    type,
    sensitive: fc.boolean(),
    format: fc.constantFrom("uri", "email", "date-time", "own"),
    title: fc.string(),
  },
  { requiredKeys: ["type"] },
);
const value = fc.constantFrom("", "text", "https://example.org", 1, 2.5, true, null, {});
const key = fc.constantFrom("a", "b", "c");
const CASE: fc.Arbitrary<Case> = fc.record({
  schema: fc.record(
    {
      type: fc.constant("object"),
      properties: fc.dictionary(key, leaf, { maxKeys: 3 }),
      required: fc.uniqueArray(key, { minLength: 1, maxLength: 2 }),
      additionalProperties: fc.boolean(),
    },
    { requiredKeys: ["type", "properties"] },
  ),
  config: fc.dictionary(key, value, { maxKeys: 3 }),
});
