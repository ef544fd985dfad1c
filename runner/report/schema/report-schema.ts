import type { FromSchema } from "json-schema-to-ts";
import {
  count,
  evidenceSchema,
  failureSchema,
  fault,
  gatewaySchema,
  injectedSchema,
  milliseconds,
  REQUIRED_RUN_FACTS,
  reason,
  runFacts,
  scenarioFacts,
  sharingSchema,
  text,
  texts,
  verdict,
} from "./parts.ts";

/** Counts up with every change that a reader of report.json could trip over. */
export const REPORT_VERSION = 3;

/** Still read, for one release: lacks `options`. */
export const EARLIER_REPORT_VERSION = 2;

const stepSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "status"],
  properties: {
    name: text,
    status: { enum: ["passed", "failed", "skipped", "blocked", "not-reached"] },
    durationMs: { ...milliseconds, description: "Milliseconds; absent when the step was not reached." },
    details: { type: "string", description: "What the step's detailsExpr gave, or its statements noted." },
  },
} as const;

const attemptSchema = {
  type: "object",
  additionalProperties: false,
  required: ["attempt", "verdict", "durationMs", "evidence"],
  properties: {
    attempt: { type: "integer", minimum: 1, description: "Counts from 1." },
    verdict,
    fault,
    durationMs: milliseconds,
    failure: failureSchema,
    reason,
    evidence: evidenceSchema,
    gateway: gatewaySchema,
  },
} as const;

const scenarioSchema = {
  type: "object",
  additionalProperties: false,
  required: [
    "id",
    "title",
    "file",
    "tags",
    "named",
    "verdict",
    "flaky",
    "durationMs",
    "attempts",
    "steps",
    "cleanupProblems",
    "evidence",
    "rerun",
  ],
  properties: {
    ...scenarioFacts,
    verdict,
    flaky: { type: "boolean", description: "Attempts of this run both passed and failed." },
    fault,
    durationMs: { ...milliseconds, description: "Milliseconds of the attempt that decided." },
    reason,
    attempts: { type: "array", description: "Those that came to an end, in order.", items: attemptSchema },
    gateway: { ...gatewaySchema, description: "The gateway of the attempt that decided." },
    steps: { type: "array", description: "Steps of the attempt that decided.", items: stepSchema },
    failure: failureSchema,
    cleanupProblems: { ...texts, description: "What teardown could not release, in any attempt." },
    leaks: { ...texts, description: "What the scenario started and did not wait for, in any attempt." },
    sharing: sharingSchema,
    faults: injectedSchema,
    evidence: evidenceSchema,
    rerun: { type: "string", description: "The command that runs just this scenario again." },
  },
} as const;

/** Source of the `RunReport` type, of the check in tests and of the published report.schema.json. */
export const reportSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA run report",
  type: "object",
  additionalProperties: false,
  required: [
    "version",
    ...REQUIRED_RUN_FACTS,
    "startedAt",
    "finishedAt",
    "durationMs",
    "interrupted",
    "exitCode",
    "counts",
    "scenarios",
  ],
  properties: {
    version: { const: REPORT_VERSION },
    ...runFacts,
    startedAt: { type: "string", format: "date-time" },
    finishedAt: {
      type: "string",
      format: "date-time",
      description: "Of a run that did not end on its own: when the last thing happened.",
    },
    durationMs: milliseconds,
    interrupted: { type: "boolean", description: "The run did not get to its own end." },
    exitCode: { type: "integer" },
    counts: {
      type: "object",
      description: "`total` is the sum of the verdicts and the number of scenarios.",
      additionalProperties: false,
      required: ["total", "passed", "failed", "skipped", "blocked", "flaky"],
      properties: {
        total: count,
        passed: count,
        failed: count,
        skipped: count,
        blocked: count,
        flaky: { ...count, description: "How many of the passed ones are flaky." },
      },
    },
    scenarios: { type: "array", description: "In the order of the run.", items: scenarioSchema },
  },
} as const;

export type RunReport = FromSchema<typeof reportSchema>;
/** The options of a run as values; only the command line knows which there are. */
export type ReportedOptions = NonNullable<RunReport["options"]>;
export type ScenarioReport = FromSchema<typeof scenarioSchema>;
export type AttemptReport = FromSchema<typeof attemptSchema>;
export type StepReport = FromSchema<typeof stepSchema>;

/** Text of the published report.schema.json. */
export function reportSchemaText(): string {
  return `${JSON.stringify(reportSchema, null, 2)}\n`;
}
