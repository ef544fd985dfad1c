import type { FromSchema } from "json-schema-to-ts";

/** Counts up with every change that a reader of report.json could trip over. */
export const REPORT_VERSION = 3;

/** Still read, for one release: lacks `options`. */
export const EARLIER_REPORT_VERSION = 2;

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
    boot: { enum: ["cold", "warm"], description: "Whether its code had been compiled by an earlier boot." },
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

const verdict = { enum: ["passed", "failed", "skipped", "blocked"] } as const;
const reason = { type: "string", description: "Why it was skipped or blocked, and what to set." } as const;

const evidenceSchema = {
  type: "array",
  description: "Files, relative to the report's folder.",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["kind", "path"],
    properties: { kind: text, path: text },
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

const policySchema = {
  type: "object",
  description: "How often a scenario is played, and what ends the run early.",
  additionalProperties: false,
  required: ["retries", "repeat", "failOnFlaky"],
  properties: {
    retries: { ...count, description: "How often a scenario that failed is tried again." },
    repeat: { type: "integer", minimum: 1, description: "How often each is played whatever comes out." },
    failOnFlaky: { type: "boolean", description: "Whether a flaky scenario is no success." },
    bail: { type: "integer", minimum: 1, description: "Failed scenarios after which no other is begun." },
  },
} as const;

const quarantineSchema = {
  type: "array",
  description: "Scenarios of this run whose failures do not change the exit code.",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["id", "owner", "reason", "expires"],
    properties: {
      id: text,
      owner: text,
      reason: text,
      expires: { type: "string", description: "Date until which it may fail." },
    },
  },
} as const;

const optionsSchema = {
  type: "object",
  description:
    "The command as values: the ids, and every option that was given under its name in camel case. Absent in what is made of a report of version 2.",
  required: ["ids"],
  properties: { ids: { ...texts, description: "Ids and globs over ids." } },
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
    id: text,
    title: text,
    file: text,
    tags: texts,
    objective: text,
    successCriteria: texts,
    named: { type: "boolean", description: "Asked for by its id, not merely matched by a pattern." },
    verdict,
    flaky: { type: "boolean", description: "Attempts of this run both passed and failed." },
    fault,
    durationMs: { ...milliseconds, description: "Milliseconds of the attempt that decided." },
    reason,
    attempts: { type: "array", description: "Those that came to an end, in order.", items: attemptSchema },
    gateway: { ...gatewaySchema, description: "The gateway of the attempt that decided." },
    steps: { type: "array", description: "Steps of the attempt that decided.", items: stepSchema },
    failure: failureSchema,
    cleanupProblems: { ...texts, description: "What tear-down could not release, in any attempt." },
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
    options: optionsSchema,
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
    lane: text,
    job: { type: "string", description: "Stable name of the job of a matrix that this run is." },
    shard: {
      type: "object",
      description: "The share of the selection that this run takes.",
      additionalProperties: false,
      required: ["index", "total"],
      properties: {
        index: { type: "integer", minimum: 1, description: "Counts from 1." },
        total: { type: "integer", minimum: 1 },
      },
    },
    selection: { ...texts, description: "Ids of the whole selection, before it was cut into shards." },
    policy: policySchema,
    faults: { ...texts, description: "Ways in which the gateway is broken on purpose." },
    quarantine: quarantineSchema,
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
export type ReportedOptions = FromSchema<typeof optionsSchema>;
export type ScenarioReport = FromSchema<typeof scenarioSchema>;
export type AttemptReport = FromSchema<typeof attemptSchema>;
export type StepReport = FromSchema<typeof stepSchema>;

/** Text of the published report.schema.json. */
export function reportSchemaText(): string {
  return `${JSON.stringify(reportSchema, null, 2)}\n`;
}
