import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of the report. */
export const PROVE_VERSION = 1;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const count = { type: "integer", minimum: 0 } as const;
const byFault = { type: "object", additionalProperties: text } as const;

const scenarioSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "file", "tried", "proven", "kept", "killed", "survived", "notReached", "broke", "left"],
  properties: {
    id: text,
    file: text,
    tried: {
      type: "boolean",
      description:
        "It passed on the healthy gateway; otherwise the time did not suffice for that, or it is a false alarm.",
    },
    proven: { type: "boolean", description: "It was seen to fail with at least one fault." },
    kept: { type: "boolean", description: "All of it is from an earlier run: nothing has changed since." },
    killed: {
      ...byFault,
      description: "Faults with which it failed by the product's fault, and at which step and link.",
    },
    survived: { ...texts, description: "Faults that it came by, and passed all the same." },
    notReached: { ...texts, description: "Faults that only a healthy run came by." },
    broke: { ...byFault, description: "Faults with which it ended otherwise, and how." },
    left: { ...texts, description: "Faults that the time did not suffice for." },
  },
} as const;

const faultSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "killedBy", "survivedIn"],
  properties: { name: text, killedBy: texts, survivedIn: texts },
} as const;

/** Source of the type of what `qa prove --json` prints. */
const proveSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA: what scenarios notice",
  type: "object",
  additionalProperties: false,
  required: [
    ...["version", "command", "createdAt", "exitCode", "sentence", "gateway", "healthy", "score"],
    ...["falseAlarms", "scenarios", "faults", "report"],
  ],
  properties: {
    version: { const: PROVE_VERSION },
    command: { type: "string", description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    sentence: { type: "string", description: "The answer in words." },
    gateway: {
      type: "string",
      description: "Digest of what the embedded gateway was built from, or the release.",
    },
    healthy: { ...count, description: "Runs of each scenario on the healthy gateway." },
    score: {
      type: "object",
      description: "Of the faults that the scenarios come by, those that at least one of them fails with.",
      additionalProperties: false,
      required: ["killed", "reached", "percent"],
      properties: { killed: count, reached: count, percent: { type: "number", minimum: 0, maximum: 100 } },
    },
    falseAlarms: {
      type: "array",
      description: "Failures on the healthy gateway. With one of them nothing else is tried.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["scenario", "why", "fault"],
        properties: { scenario: text, why: text, fault: { ...text, description: "Who has to act." } },
      },
    },
    scenarios: { type: "array", items: scenarioSchema },
    faults: { type: "array", description: "Those that a scenario comes by.", items: faultSchema },
    report: { type: "string", description: "Folder of the reports of all runs, absolute." },
  },
} as const;

export type ProveReport = FromSchema<typeof proveSchema>;
export type ProvenScenario = ProveReport["scenarios"][number];

/** Text of the published prove.schema.json. */
export function proveSchemaText(): string {
  return `${JSON.stringify(proveSchema, null, 2)}\n`;
}
