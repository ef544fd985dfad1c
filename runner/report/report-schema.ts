import type { FromSchema } from "json-schema-to-ts";

/** Counts up with every change that a reader of report.json could trip over. */
export const REPORT_VERSION = 1;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const milliseconds = { type: "number", minimum: 0, description: "Milliseconds." } as const;
const count = { type: "integer", minimum: 0 } as const;
const fault = {
  enum: ["product", "scenario", "harness", "environment"],
  description: "Who has to act.",
} as const;

const gatewaySchema = {
  type: "object",
  description: "The gateway under test, as it introduced itself.",
  additionalProperties: false,
  required: ["target", "product", "version", "readyMs"],
  properties: {
    target: { type: "string", description: "As given to --gateway." },
    product: text,
    version: text,
    buildId: text,
    node: text,
    protocol: { type: "number" },
    bootId: text,
    pid: { type: "integer" },
    readyMs: { ...milliseconds, description: "Milliseconds from spawn to /readyz." },
    rpcMs: { ...milliseconds, description: "Milliseconds from spawn to the first answered RPC." },
  },
} as const;

const stepSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "status"],
  properties: {
    name: text,
    status: { enum: ["passed", "failed", "skipped", "blocked", "not-reached"] },
    durationMs: { ...milliseconds, description: "Milliseconds; absent when the step was not reached." },
    details: { type: "string", description: "What the step's detailsExpr gave." },
  },
} as const;

const failureSchema = {
  type: "object",
  additionalProperties: false,
  required: ["code", "fault", "message"],
  properties: {
    code: { type: "string", description: "Stable, kebab-case." },
    fault,
    message: text,
    hint: { type: "string", description: "What the reader can do about it." },
    step: {
      type: "object",
      additionalProperties: false,
      required: ["index", "name"],
      properties: { index: { ...count, description: "Counts from 0." }, name: text },
    },
    file: text,
    position: {
      type: "object",
      additionalProperties: false,
      required: ["line", "column"],
      properties: { line: { type: "integer", minimum: 1 }, column: { type: "integer", minimum: 1 } },
    },
    codeFrame: text,
    statement: text,
    values: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["expression", "value"],
        properties: { expression: text, value: text },
      },
    },
    expected: text,
    seen: text,
    stack: { ...texts, description: "Stack lines that name the scenario." },
    messages: { ...texts, description: "Last messages on the channel, oldest first." },
    logLines: { ...texts, description: "Log lines that matter, oldest first." },
    details: text,
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
    "durationMs",
    "steps",
    "cleanupProblems",
    "evidence",
    "rerun",
  ],
  properties: {
    id: text,
    title: text,
    file: text,
    tags: texts,
    objective: text,
    successCriteria: texts,
    named: { type: "boolean", description: "Asked for by its id, not merely matched by a pattern." },
    verdict: { enum: ["passed", "failed", "skipped", "blocked"] },
    fault,
    durationMs: milliseconds,
    reason: { type: "string", description: "Why it was skipped or blocked, and what to set." },
    gateway: gatewaySchema,
    steps: { type: "array", items: stepSchema },
    failure: failureSchema,
    cleanupProblems: { ...texts, description: "What tear-down could not release." },
    evidence: {
      type: "array",
      description: "Files of this scenario, relative to the report's folder.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["kind", "path"],
        properties: { kind: text, path: text },
      },
    },
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
    "runId",
    "tool",
    "command",
    "gateway",
    "providerMode",
    "startedAt",
    "finishedAt",
    "durationMs",
    "jobs",
    "interrupted",
    "exitCode",
    "counts",
    "scenarios",
  ],
  properties: {
    version: { const: REPORT_VERSION },
    runId: text,
    tool: {
      type: "object",
      additionalProperties: false,
      required: ["name", "version", "node", "platform"],
      properties: { name: text, version: text, node: text, platform: text },
    },
    command: { type: "string", description: "As it could be typed again." },
    gateway: { type: "string", description: "As given to --gateway." },
    providerMode: text,
    startedAt: { type: "string", format: "date-time" },
    finishedAt: {
      type: "string",
      format: "date-time",
      description: "Of a run that did not end by itself: when the last thing happened.",
    },
    durationMs: milliseconds,
    jobs: { type: "integer", minimum: 1 },
    interrupted: { type: "boolean", description: "The run did not get to its own end." },
    exitCode: { type: "integer" },
    counts: {
      type: "object",
      description: "`total` is the sum of the others and the number of scenarios.",
      additionalProperties: false,
      required: ["total", "passed", "failed", "skipped", "blocked"],
      properties: { total: count, passed: count, failed: count, skipped: count, blocked: count },
    },
    scenarios: { type: "array", description: "In the order of the run.", items: scenarioSchema },
  },
} as const;

export type RunReport = FromSchema<typeof reportSchema>;
export type ScenarioReport = FromSchema<typeof scenarioSchema>;
export type StepReport = FromSchema<typeof stepSchema>;

/** Text of the published report.schema.json. */
export function reportSchemaText(): string {
  return `${JSON.stringify(reportSchema, null, 2)}\n`;
}
