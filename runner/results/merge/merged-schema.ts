import type { FromSchema } from "json-schema-to-ts";
import { JsonFormat, type Reading } from "../../base/json-format.ts";
import { reportSchema } from "../../report/schema/report-schema.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";

/** Goes up with every change that could break a reader of merged.json. */
export const MERGED_VERSION = 1;

const text = { type: "string" } as const;
const { counts, shard } = reportSchema.properties;

const problemSchema = {
  type: "object",
  additionalProperties: false,
  required: ["code", "message", "hint"],
  properties: {
    code: { enum: Object.keys(PROBLEMS) as ProblemCode[], description: "Stable, kebab-case." },
    message: text,
    hint: { type: "string", description: "What the reader can do about it." },
  },
} as const;

const groupSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "gateway", "os", "mayFail", "complete", "exitCode", "shares"],
  properties: {
    name: { type: "string", description: "Unique in this file." },
    lane: text,
    gateway: { type: "string", description: "As given to --gateway." },
    os: { type: "string", description: "Of the matrix's job; else the platform that the shards ran on." },
    mayFail: { type: "boolean", description: "Its failures do not change the exit code of the whole." },
    complete: { type: "boolean", description: "If it is not, nothing in it counts as passed." },
    exitCode: { type: "integer", description: "Of the group alone; 4 when it is not complete." },
    report: { type: "string", description: "Folder of its report, relative; only of a complete group." },
    counts: { ...counts, description: "Only of a complete group." },
    quarantined: {
      type: "integer",
      minimum: 0,
      description: "How many of the failed ones are excused; only of a complete group.",
    },
    durationMs: { type: "number", minimum: 0, description: "Sum over its shards, in milliseconds." },
    shares: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["folder", "runId", "sound"],
        properties: {
          folder: { type: "string", description: "As the user would have typed it." },
          runId: text,
          job: text,
          shard,
          sound: { type: "boolean", description: "Nothing is wrong with this shard itself." },
        },
      },
    },
  },
} as const;

const cellSchema = {
  type: "object",
  additionalProperties: false,
  required: ["group", "verdict", "flaky"],
  properties: {
    group: { type: "string", description: "Name of the group." },
    verdict: {
      enum: ["failed", "missing", "unconfirmed", "blocked", "skipped", "passed"],
      description:
        "`missing`: there is no result to rely on. `unconfirmed`: a shard says passed, but its group is not complete.",
    },
    flaky: { type: "boolean" },
    quarantined: { type: "boolean", description: "Its failure is excused." },
    durationMs: { type: "number", minimum: 0, description: "Milliseconds of the attempt that decided." },
    why: { type: "string", description: "The failure's message, or why it was skipped or blocked." },
    rerun: { type: "string", description: "The command that runs just this scenario again." },
  },
} as const;

/** Source of the `MergedReport` type, of the check in tests and of the published merged.schema.json. */
export const mergedSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA merged report",
  type: "object",
  additionalProperties: false,
  required: ["version", "complete", "exitCode", "problems", "notes", "skippedJobs", "groups", "scenarios"],
  properties: {
    version: { const: MERGED_VERSION },
    complete: { type: "boolean", description: "Nothing that was expected is missing." },
    exitCode: { type: "integer" },
    problems: { type: "array", items: problemSchema },
    notes: { type: "array", items: text, description: "Worth knowing, and changes nothing." },
    skippedJobs: {
      type: "array",
      description: "Jobs of the matrix that were not meant to run.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "reason"],
        properties: { name: text, reason: text },
      },
    },
    groups: { type: "array", description: "Those with problems first.", items: groupSchema },
    scenarios: {
      type: "array",
      description: "Those with the worst results first.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "title", "results"],
        properties: { id: text, title: text, results: { type: "array", items: cellSchema } },
      },
    },
  },
} as const;

export type MergedReport = FromSchema<typeof mergedSchema>;
export type MergedGroup = FromSchema<typeof groupSchema>;
export type MergedCell = FromSchema<typeof cellSchema>;

const FORMAT = new JsonFormat<MergedReport>({
  what: "a merged report",
  version: MERGED_VERSION,
  schema: mergedSchema,
});

/** Reads a merged.json and checks it against its schema. Never throws. */
export function readMerged(path: string): Promise<Reading<MergedReport>> {
  return FORMAT.read(path);
}

/** Text of the published merged.schema.json. */
export function mergedSchemaText(): string {
  return `${JSON.stringify(mergedSchema, null, 2)}\n`;
}
