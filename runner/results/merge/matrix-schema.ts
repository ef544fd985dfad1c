import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of a matrix. */
export const MATRIX_VERSION = 2;

/** What lanes run on. */
export const OPERATING_SYSTEMS = ["linux", "macos", "windows"] as const;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const ordinal = { type: "integer", minimum: 1 } as const;

const skip = {
  type: "object",
  additionalProperties: false,
  required: ["reason", "hint"],
  properties: { reason: text, hint: text },
  description: "If set, the job does not run; says why.",
} as const;

const jobSchema = {
  type: "object",
  description: "One `qa run`, on some machine.",
  additionalProperties: false,
  required: [
    "name",
    "id",
    "lane",
    "owner",
    "gateway",
    "gatewayAsked",
    "os",
    "shard",
    "model",
    "scenarios",
    "selection",
    "skipped",
    "notApplicable",
    "guards",
    "secrets",
    "retries",
    "repeat",
    "minutes",
    "mayFail",
    "estimate",
    "args",
    "command",
  ],
  properties: {
    name: {
      ...text,
      description: "Unique, and the same every night: `releases / openclaw@2026.9.6 / linux / 2 of 5`.",
    },
    id: { ...text, description: "The name as a file name." },
    lane: text,
    owner: text,
    gateway: { ...text, description: "As given to `--gateway`; a release has its version." },
    gatewayAsked: { ...text, description: "As the lanes file says it." },
    os: { enum: OPERATING_SYSTEMS },
    shard: {
      type: "object",
      additionalProperties: false,
      required: ["index", "total"],
      properties: { index: ordinal, total: ordinal },
    },
    model: { enum: ["scripted", "live"] },
    scenarios: { ...texts, description: "Ids that this job runs or reports as skipped, in order." },
    selection: { ...texts, description: "Ids of all shards together." },
    skipped: {
      type: "array",
      description: "Scenarios of this job that will be reported as skipped.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "guard", "reason"],
        properties: {
          id: text,
          guard: { type: ["string", "null"], description: "The missing variable, if that is why." },
          reason: text,
        },
      },
    },
    notApplicable: {
      type: "array",
      description: "Scenarios that the lane chooses and that do not apply to this gateway.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "reason"],
        properties: { id: text, reason: text },
      },
    },
    guards: {
      type: "object",
      additionalProperties: text,
      description: "Guard variables that the job sets for itself.",
    },
    secrets: { ...texts, description: "Names only." },
    retries: { type: "integer", minimum: 0 },
    repeat: ordinal,
    minutes: { type: "integer", minimum: 1, description: "Time limit of the run." },
    mayFail: { type: "boolean" },
    estimate: {
      type: "object",
      description: "Total time in earlier runs, or else number of steps; without retries and repeats.",
      additionalProperties: false,
      required: ["cost", "unit"],
      properties: { cost: { type: "number" }, unit: { enum: ["ms", "steps"] } },
    },
    skip,
    args: { ...texts, description: "Arguments of `qa`; `--out` is left to the caller." },
    command: { ...text, description: "The same, as it can be typed." },
  },
} as const;

/** Source of the `Matrix` type: what `qa matrix --format json` prints. */
export const matrixSchema = {
  type: "object",
  additionalProperties: false,
  required: ["version", "jobs", "notes"],
  properties: {
    version: { const: MATRIX_VERSION },
    jobs: { type: "array", items: jobSchema },
    notes: { ...texts, description: "What a reader should know about how it was planned." },
  },
} as const;

/** The part of a matrix that a merge reads; there may be more. One from elsewhere may name its machines differently. */
export const expectedMatrixSchema = {
  type: "object",
  required: ["version", "jobs"],
  properties: {
    version: matrixSchema.properties.version,
    jobs: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["name", "lane", "gateway", "os", "shard"],
        properties: { ...jobSchema.properties, os: text, skip: { ...skip, required: ["reason"] } },
      },
    },
  },
} as const;

export type Matrix = FromSchema<typeof matrixSchema>;
export type Job = Matrix["jobs"][number];

/** A job whose report is expected; with `skip`, one that must not have run, and why. */
export type ExpectedJob = FromSchema<typeof expectedMatrixSchema>["jobs"][number];
