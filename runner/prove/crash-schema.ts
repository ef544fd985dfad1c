import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of the report. */
export const CRASH_VERSION = 1;

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;

const scenarioSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "file", "points", "survived", "notReached", "left", "failed"],
  properties: {
    id: text,
    file: text,
    points: { ...count, description: "Points at which the gateway was to be killed." },
    survived: count,
    notReached: { ...count, description: "Points that only the run that counted them came to." },
    left: { ...count, description: "Points that the time did not suffice for." },
    failed: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["point", "at", "why", "command"],
        properties: {
          point: { type: "integer", minimum: 1 },
          at: { ...text, description: "What the gateway was about to do." },
          why: { ...text, description: "What does not hold after the next start." },
          command: { ...text, description: "The shortest that does the same again." },
        },
      },
    },
    problem: { ...text, description: "Why there are no points: it does not pass on the healthy gateway." },
  },
} as const;

/** Source of the type of what `qa prove --crash --json` prints. */
const crashSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA: what a gateway survives",
  type: "object",
  additionalProperties: false,
  required: [
    ...["version", "command", "createdAt", "exitCode", "sentence", "gateway", "survived", "killed"],
    ...["scenarios", "report"],
  ],
  properties: {
    version: { const: CRASH_VERSION },
    command: { ...text, description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    sentence: { ...text, description: "The answer in words." },
    gateway: { ...text, description: "Digest of the embedded gateway's build, or the release." },
    survived: count,
    killed: count,
    scenarios: { type: "array", items: scenarioSchema },
    report: { ...text, description: "Folder with what the failed ones left." },
  },
} as const;

export type CrashReport = FromSchema<typeof crashSchema>;
export type CrashedScenario = CrashReport["scenarios"][number];

export function crashSchemaText(): string {
  return `${JSON.stringify(crashSchema, null, 2)}\n`;
}
