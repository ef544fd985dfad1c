import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of bisect.json. */
export const BISECT_VERSION = 1;

const text = { type: "string" } as const;
const judgement = {
  enum: ["good", "bad", "unknown"],
  description: "`unknown`: nothing can be said of it; `why` says why not.",
} as const;
const why = { type: "string", description: "Why it is not good, in one line." } as const;
const two = { type: "array", minItems: 2, maxItems: 2, items: text } as const;

const runSchema = {
  type: "object",
  additionalProperties: false,
  required: ["judgement", "durationMs", "report"],
  properties: {
    judgement,
    durationMs: { type: "number", minimum: 0, description: "Milliseconds, the gateway's start included." },
    report: { type: "string", description: "Folder of its report, relative to this file's." },
    why,
  },
} as const;

const releaseSchema = {
  type: "object",
  additionalProperties: false,
  required: ["version", "runs"],
  properties: {
    version: text,
    judgement: { ...judgement, description: "What its runs say together; absent while they do not." },
    flaky: { const: true, description: "Its runs do not agree." },
    why,
    runs: { type: "array", items: runSchema },
  },
} as const;

const differenceSchema = {
  type: "object",
  description: "What the last good and the first bad release do differently, first of all.",
  additionalProperties: false,
  required: ["answers", "folder"],
  properties: {
    step: {
      type: "object",
      additionalProperties: false,
      required: ["index", "name", "statuses"],
      properties: {
        index: { type: "integer", minimum: 0, description: "Counts from 0." },
        name: text,
        statuses: { ...two, description: "On the good one and on the bad one." },
      },
    },
    why,
    answers: {
      type: "array",
      description: "Methods whose answers have another shape, with the first path of each.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["method", "path", "kinds", "more"],
        properties: {
          method: text,
          path: text,
          kinds: { ...two, description: "What is there on the good one and on the bad one." },
          more: { type: "integer", minimum: 0, description: "How many more paths differ." },
        },
      },
    },
    folder: {
      type: "string",
      description: "Folder with the whole comparison, as of `qa parity`, relative to this file's.",
    },
  },
} as const;

/** Source of the `BisectReport` type, of the check of a file that is gone on with and of bisect.schema.json. */
export const bisectSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA bisect report",
  type: "object",
  additionalProperties: false,
  required: [
    "version",
    "command",
    "key",
    "scenario",
    "confirm",
    "startedAt",
    "releases",
    "judged",
    "fetched",
  ],
  properties: {
    version: { const: BISECT_VERSION },
    command: { type: "string", description: "As it could be typed again." },
    key: { type: "string", description: "Digest of what was asked: the scenario's text, ends, options." },
    scenario: text,
    confirm: { type: "integer", minimum: 1, description: "By how many runs a verdict must lead." },
    startedAt: { type: "string", format: "date-time" },
    releases: {
      type: "array",
      minItems: 2,
      items: text,
      description: "From the good end to the bad one.",
    },
    judged: { type: "array", description: "In the order in which they were tried.", items: releaseSchema },
    fetched: {
      type: "array",
      description: "Fetched for this and not removed yet.",
      items: text,
    },
    result: {
      type: "object",
      description: "Absent as long as the search has not come to its end.",
      additionalProperties: false,
      required: ["answer", "exitCode", "finishedAt", "sentence"],
      properties: {
        answer: {
          enum: ["found", "between", "no", "inconclusive"],
          description:
            "`found`: it began to fail in `firstBad`; `between`: in one of `unknown` or `firstBad`; `no`: an end is not what it was said to be.",
        },
        exitCode: { type: "integer" },
        finishedAt: { type: "string", format: "date-time" },
        sentence: { type: "string", description: "The answer in words." },
        lastGood: text,
        firstBad: text,
        unknown: {
          type: "array",
          items: text,
          description: "Those between `lastGood` and `firstBad`, of which nothing can be said.",
        },
        difference: differenceSchema,
      },
    },
  },
} as const;

export type BisectReport = FromSchema<typeof bisectSchema>;
export type JudgedRelease = FromSchema<typeof releaseSchema>;
export type BisectResult = NonNullable<BisectReport["result"]>;
export type Difference = FromSchema<typeof differenceSchema>;

/** Text of the published bisect.schema.json. */
export function bisectSchemaText(): string {
  return `${JSON.stringify(bisectSchema, null, 2)}\n`;
}
