import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of mutants.json, or of the report. */
export const MUTANTS_VERSION = 1;

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const percent = { type: "number", minimum: 0, maximum: 100 } as const;

/** What people found when they read it, and why. */
const judgedSchema = {
  type: "object",
  additionalProperties: false,
  required: ["as", "because"],
  properties: {
    as: {
      enum: ["equivalent", "out-of-scope"],
      description: "Nothing can notice it; something could, and no scenario is to.",
    },
    because: { ...text, minLength: 1 },
  },
} as const;

const placeSchema = {
  id: { ...text, description: "Digest of the change; `--fault mutant.<id>` switches it on." },
  operator: { ...text, description: "What kind of change it is." },
  path: { ...text, description: "Below fixtures/gateway/src." },
  line: { type: "integer", minimum: 1 },
  before: text,
  after: { ...text, description: "Empty where the place is left out." },
} as const;
const PLACE = ["id", "operator", "path", "line", "before", "after"] as const;

const places = {
  type: "array",
  items: count,
  description: "Scenarios, as places in the list of those.",
} as const;

const keptMutantSchema = {
  type: "object",
  additionalProperties: false,
  required: [...PLACE, "passedBy", "tried"],
  properties: {
    ...placeSchema,
    passedBy: {
      ...places,
      description: "Scenarios that came by it on the healthy gateway, as places in the list.",
    },
    tried: { ...places, description: "Scenarios that passed with it, as places in the list." },
    by: { ...count, description: "The scenario that noticed it, as its place in the list." },
    at: { ...text, description: "The step where it failed, and the first link that was missing." },
    broke: {
      type: "object",
      additionalProperties: text,
      description:
        "Scenarios, by their places in the list, that failed and blame something else than the product.",
    },
  },
} as const;

/** Source of the type of qa/mutants.json, and of its check when it is read. */
export const mutantsSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA: mutants of the embedded gateway, and which scenarios notice them",
  type: "object",
  additionalProperties: false,
  required: ["version", "gateway", "seed", "asked", "scenarios", "mutants", "judged"],
  properties: {
    version: { const: MUTANTS_VERSION },
    gateway: {
      ...text,
      description: "Digest of what the embedded gateway was built from, mutants included.",
    },
    seed: count,
    asked: { ...count, description: "So many mutants were to be drawn." },
    scenarios: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "text", "inputs", "ms"],
        properties: {
          id: text,
          text: { ...text, description: "Digest of the scenario's file." },
          inputs: {
            ...text,
            description: "Digest of its model script and of the plugins and skills that it brings.",
          },
          ms: { ...count, description: "The longest that it took on the healthy gateway, in milliseconds." },
        },
      },
    },
    mutants: { type: "array", items: keptMutantSchema },
    judged: {
      type: "object",
      description: "What people found out about those that nobody notices, by id. Written by hand.",
      additionalProperties: judgedSchema,
    },
  },
} as const;

export type KeptMutants = FromSchema<typeof mutantsSchema>;
export type Judged = FromSchema<typeof judgedSchema>;

/** What has become of a mutant. */
const STATES = ["killed", "survived", "broke", "left", "equivalent", "out-of-scope"] as const;

const tally = {
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["name", "drawn", "killed", "percent"],
    properties: { name: text, drawn: count, killed: count, percent },
  },
} as const;

/** Source of the type of what `qa prove --generated --json` prints. */
const mutantsReportSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA: which mutants of the embedded gateway the scenarios notice",
  type: "object",
  additionalProperties: false,
  required: [
    ...["version", "command", "createdAt", "exitCode", "sentence", "gateway", "seed", "score"],
    ...["falseAlarms", "folders", "operators", "mutants", "report"],
  ],
  properties: {
    version: { const: MUTANTS_VERSION },
    command: { ...text, description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    sentence: { ...text, description: "The answer in words." },
    gateway: {
      ...text,
      description: "Digest of what the embedded gateway was built from, mutants included.",
    },
    seed: count,
    score: {
      type: "object",
      additionalProperties: false,
      required: [
        "possible",
        "drawn",
        "killed",
        "survived",
        "broke",
        "left",
        "equivalent",
        "outOfScope",
        "percent",
      ],
      properties: {
        possible: {
          ...count,
          description: "Mutants in code that a scenario passed; 0 where they were drawn earlier.",
        },
        drawn: count,
        killed: count,
        survived: { ...count, description: "All scenarios that come by it pass." },
        broke: { ...count, description: "A scenario fails, and none blames the product." },
        left: { ...count, description: "Not tried with all scenarios that come by it." },
        equivalent: count,
        outOfScope: count,
        percent: { ...percent, description: "Killed, of those drawn that are not equivalent." },
      },
    },
    falseAlarms: {
      type: "array",
      description:
        "Failures on the gateway with no mutant switched on. With one of them nothing else is tried.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["scenario", "why", "fault"],
        properties: { scenario: text, why: text, fault: { ...text, description: "Who has to act." } },
      },
    },
    folders: tally,
    operators: tally,
    mutants: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: [...PLACE, "state", "passedBy", "tried"],
        properties: {
          ...placeSchema,
          state: { enum: STATES },
          passedBy: { ...count, description: "So many scenarios come by it." },
          tried: { ...count, description: "So many of them passed with it." },
          by: { ...text, description: "The scenario that noticed it." },
          at: text,
          why: { ...text, description: "Why it counts as equivalent or out of scope, or how it broke." },
        },
      },
    },
    report: { ...text, description: "Folder of the reports of all runs, absolute." },
  },
} as const;

export type MutantsReport = FromSchema<typeof mutantsReportSchema>;
export type ReportedMutant = MutantsReport["mutants"][number];

/** Text of the published mutants.schema.json. */
export function mutantsSchemaText(): string {
  return `${JSON.stringify(mutantsSchema, null, 2)}\n`;
}

/** Text of the published mutants-report.schema.json. */
export function mutantsReportSchemaText(): string {
  return `${JSON.stringify(mutantsReportSchema, null, 2)}\n`;
}
