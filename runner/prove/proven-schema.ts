import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of proven.json. */
export const PROVEN_VERSION = 1;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const byFault = { type: "object", additionalProperties: text } as const;

const entrySchema = {
  type: "object",
  additionalProperties: false,
  required: [
    "text",
    "inputs",
    "gateway",
    "tool",
    "healthy",
    "killed",
    "survived",
    "notReached",
    "broke",
    "left",
  ],
  properties: {
    text: { ...text, description: "Digest of the scenario's file." },
    inputs: {
      ...text,
      description: "Digest of its model script and of the plugins and skills that it brings.",
    },
    gateway: { ...text, description: "Digest of what the embedded gateway was built from, or the release." },
    tool: { ...text, description: "Version of this tool." },
    healthy: { type: "integer", minimum: 1, description: "Runs on the healthy gateway, which all passed." },
    killed: {
      ...byFault,
      description:
        "Faults with which it failed as it should, and where: its step, and the first link that was missing.",
    },
    survived: { ...texts, description: "Faults that it came by, and passed all the same." },
    notReached: {
      ...texts,
      description: "Faults that a healthy run came by, and the run with the fault did not.",
    },
    broke: {
      ...byFault,
      description: "Faults with which it ended otherwise than by the product's fault, and how.",
    },
    left: { ...texts, description: "Faults that it reaches and that were not tried." },
  },
} as const;

/** Source of the type of qa/proven.json, and of its check when it is read. */
export const provenSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA: which scenarios have been seen to fail, and with what",
  type: "object",
  additionalProperties: false,
  required: ["version", "scenarios"],
  properties: {
    version: { const: PROVEN_VERSION },
    scenarios: { type: "object", description: "By id.", additionalProperties: entrySchema },
  },
} as const;

export type ProvenEntry = FromSchema<typeof entrySchema>;
export type Proven = FromSchema<typeof provenSchema>;

/** Text of the published proven.schema.json. */
export function provenSchemaText(): string {
  return `${JSON.stringify(provenSchema, null, 2)}\n`;
}
