import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of parity.json. */
export const PARITY_VERSION = 1;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const count = { type: "integer", minimum: 0 } as const;
const perGateway = "One per gateway, in their order.";

const gatewaySchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "target", "report"],
  properties: {
    name: {
      type: "string",
      description: "Heads its column; the target, unless two gateways have the same one.",
    },
    target: { type: "string", description: "As given to --gateway." },
    report: { type: ["string", "null"], description: "Folder of its run; null when there was no run." },
    product: text,
    version: text,
    buildId: text,
    node: text,
    protocol: { type: "number" },
    startedAt: { type: "string", format: "date-time" },
    problem: { type: "string", description: "Why there is no run, or why it cannot be relied on." },
  },
} as const;

const resultSchema = {
  type: "object",
  additionalProperties: false,
  required: ["verdict"],
  properties: {
    verdict: {
      enum: ["passed", "failed", "skipped", "blocked", "left-out", "not-run"],
      description:
        "`left-out`: the scenario is not for this gateway, or was not chosen; `not-run`: the gateway's run did not get there.",
    },
    durationMs: { type: "number", minimum: 0, description: "Milliseconds." },
    flaky: { const: true, description: "Passed on a later try only." },
    fault: text,
    reason: { type: "string", description: "Why it did not pass, or did not run." },
  },
} as const;

const scenarioSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "title", "results", "same"],
  properties: {
    id: text,
    title: text,
    results: { type: "array", description: perGateway, items: resultSchema },
    same: { type: "boolean", description: "Every gateway that it is for gave the same verdict." },
    firstDifference: {
      type: "object",
      description: "The first step that did not end in the same way everywhere.",
      additionalProperties: false,
      required: ["index", "name", "statuses"],
      properties: {
        index: { ...count, description: "Counts from 0." },
        name: text,
        statuses: { ...texts, description: `${perGateway} Empty where the scenario did not run.` },
      },
    },
  },
} as const;

const methodSchema = {
  type: "object",
  additionalProperties: false,
  required: ["method", "scenarios", "answers", "differences"],
  properties: {
    method: {
      type: "string",
      description: "An RPC method, or `restart-sentinel.json`, the file of that name.",
    },
    scenarios: { ...texts, description: "Ids of the scenarios whose answers were compared." },
    answers: { type: "array", description: `${perGateway} How many answers were compared.`, items: count },
    differences: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["path", "kinds"],
        properties: {
          path: { type: "string", description: "For instance `skills[].missing.bins`; empty: the answer." },
          kinds: {
            ...texts,
            description: `${perGateway} Kinds of values, with ? when not always there; \`absent\`; \`not seen\`.`,
          },
        },
      },
    },
  },
} as const;

/** Source of the `ParityReport` type, of the check in tests and of the published parity.schema.json. */
export const paritySchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA parity report",
  type: "object",
  additionalProperties: false,
  required: ["version", "command", "createdAt", "exitCode", "counts", "gateways", "scenarios", "methods"],
  properties: {
    version: { const: PARITY_VERSION },
    command: { type: "string", description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    counts: {
      type: "object",
      description:
        "Of scenarios. `compared` have a verdict on at least two gateways, and passed or failed on one; they are `same` or `different`.",
      additionalProperties: false,
      required: ["total", "compared", "same", "different"],
      properties: { total: count, compared: count, same: count, different: count },
    },
    gateways: { type: "array", minItems: 2, items: gatewaySchema },
    scenarios: { type: "array", items: scenarioSchema },
    methods: {
      type: "array",
      description: "Only what every gateway answered in the same scenarios is compared.",
      items: methodSchema,
    },
  },
} as const;

export type ParityReport = FromSchema<typeof paritySchema>;
export type ParityGateway = FromSchema<typeof gatewaySchema>;
export type ParityScenario = FromSchema<typeof scenarioSchema>;
export type ParityMethod = FromSchema<typeof methodSchema>;
export type ParityResult = FromSchema<typeof resultSchema>;

/** Text of the published parity.schema.json. */
export function paritySchemaText(): string {
  return `${JSON.stringify(paritySchema, null, 2)}\n`;
}
