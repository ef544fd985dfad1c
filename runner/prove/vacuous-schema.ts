import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of the report. */
export const VACUOUS_VERSION = 1;

const text = { type: "string" } as const;
const assertions = {
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["scenario", "file", "line", "step", "expects"],
    properties: {
      scenario: text,
      file: text,
      line: { type: "integer", minimum: 1 },
      step: text,
      expects: { ...text, description: "The statement, in short." },
      because: { ...text, description: "Why it is expected all the same, in the author's words." },
    },
  },
} as const;

/** Source of the type of what `qa prove --vacuous --json` prints. */
const vacuousSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA: what is expected in a step and holds without its acts as well",
  type: "object",
  additionalProperties: false,
  required: [
    "version",
    "command",
    "createdAt",
    "exitCode",
    "sentence",
    "asked",
    "vacuous",
    "unknown",
    "report",
  ],
  properties: {
    version: { const: VACUOUS_VERSION },
    command: { ...text, description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    sentence: { ...text, description: "The answer in words." },
    asked: {
      type: "integer",
      minimum: 0,
      description: "So many expectations were looked at without the acts of their step.",
    },
    vacuous: assertions,
    unknown: {
      type: "array",
      description: "Steps of which nothing can be said: the run did not come to their end.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["scenario", "step", "why"],
        properties: { scenario: text, step: text, why: text },
      },
    },
    report: { ...text, description: "Folder of the report of all runs, absolute." },
  },
} as const;

export type VacuousReport = FromSchema<typeof vacuousSchema>;

/** Text of the published vacuous.schema.json. */
export function vacuousSchemaText(): string {
  return `${JSON.stringify(vacuousSchema, null, 2)}\n`;
}
