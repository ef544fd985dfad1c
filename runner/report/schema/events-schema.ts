import {
  count,
  evidenceSchema,
  failureSchema,
  fault,
  gatewaySchema,
  injectedSchema,
  milliseconds,
  positionSchema,
  REQUIRED_RUN_FACTS,
  reason,
  runFacts,
  scenarioFacts,
  sharingSchema,
  text,
  texts,
  verdict,
} from "./parts.ts";
import { recordSchemas } from "./record-schema.ts";

const at = { type: "number", description: "Milliseconds since the epoch." } as const;
const scenarioId = text;
const step = { ...count, description: "Counts from 0." } as const;
const attempt = { type: "integer", minimum: 1, description: "Counts from 1." } as const;

/** A scenario as the run announces it. */
export const scenarioRefSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "title", "file", "tags"],
  properties: scenarioFacts,
} as const;

/** Schema of each event, by its type. Source of the types in events.ts and of the published events.schema.json. */
export const eventSchemas = {
  "run-started": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", ...REQUIRED_RUN_FACTS, "scenarios", "reportFolder"],
    properties: {
      type: { const: "run-started" },
      at,
      ...runFacts,
      scenarios: { type: "array", description: "In the order of the run.", items: scenarioRefSchema },
      reportFolder: { type: "string", description: "Absolute; holds everything the run leaves behind." },
    },
  },
  "scenario-started": {
    type: "object",
    description:
      "An attempt at a scenario begins. Attempts of one scenario follow each other; what happens to the gateway and in the steps until `scenario-finished` belongs to the attempt under way.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "attempt", "index"],
    properties: {
      type: { const: "scenario-started" },
      at,
      scenarioId,
      attempt,
      index: { type: "integer", minimum: 1, description: "Place in the run's order; counts from 1." },
    },
  },
  "gateway-starting": {
    type: "object",
    description: "What the start of the gateway waits for has changed.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId"],
    properties: {
      type: { const: "gateway-starting" },
      at,
      scenarioId,
      waitsFor: {
        ...text,
        description: "Something other than the gateway itself: `the install of the plugin my-plugin@1 …`.",
      },
    },
  },
  "gateway-ready": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "gateway"],
    properties: { type: { const: "gateway-ready" }, at, scenarioId, gateway: gatewaySchema },
  },
  "step-started": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "step", "name", "position"],
    properties: {
      type: { const: "step-started" },
      at,
      scenarioId,
      step,
      name: text,
      position: positionSchema,
    },
  },
  "statement-started": {
    type: "object",
    description: "A statement of the flow began: what the step is doing.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "step", "label", "position"],
    properties: {
      type: { const: "statement-started" },
      at,
      scenarioId,
      step,
      label: { type: "string", description: "For instance `call patchConfig`." },
      position: positionSchema,
    },
  },
  "step-finished": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "step", "name", "status", "durationMs"],
    properties: {
      type: { const: "step-finished" },
      at,
      scenarioId,
      step,
      name: text,
      status: verdict,
      durationMs: milliseconds,
      details: { type: "string", description: "What the step's detailsExpr gave, or its statements noted." },
    },
  },
  "scenario-finished": {
    type: "object",
    description: "An attempt at a scenario ended; without `next` the scenario did.",
    additionalProperties: false,
    required: [
      "type",
      "at",
      "scenarioId",
      "attempt",
      "verdict",
      "durationMs",
      "notReached",
      "cleanupProblems",
      "evidence",
      "rerun",
    ],
    properties: {
      type: { const: "scenario-finished" },
      at,
      scenarioId,
      attempt,
      next: {
        enum: ["retry", "repeat"],
        description:
          "Why another attempt of the same scenario follows: this one failed, or it is run several times.",
      },
      verdict,
      durationMs: milliseconds,
      reason,
      fault: {
        ...fault,
        description:
          "Who has to act, for a blocked scenario that could have run here; a failure says it itself.",
      },
      failure: failureSchema,
      notReached: { ...texts, description: "Steps that were not reached, so that a report never loses one." },
      cleanupProblems: {
        ...texts,
        description: "Problems of teardown: they do not change a pass but are always shown.",
      },
      leaks: {
        ...texts,
        description:
          "What the scenario started and did not wait for, and who started it. It ended with the scenario.",
      },
      sharing: sharingSchema,
      faults: injectedSchema,
      reached: {
        ...texts,
        description: "Of all that could be broken, what the attempt came by. Only where `qa prove` asks.",
      },
      evidence: evidenceSchema,
      rerun: { type: "string", description: "The command that runs just this scenario again." },
    },
  },
  "run-finished": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "runId", "durationMs", "interrupted", "exitCode"],
    properties: {
      type: { const: "run-finished" },
      at,
      runId: text,
      durationMs: milliseconds,
      interrupted: { type: "boolean", description: "The run did not get to its own end." },
      exitCode: { type: "integer" },
    },
  },
} as const;

/** Schema of one line of events.jsonl, for the check when a log is read. */
export const eventSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA run event",
  description:
    "One line of events.jsonl. The first one is `run-started`, that of a whole run's end `run-finished`.",
  anyOf: [...Object.values(eventSchemas), ...Object.values(recordSchemas)],
};

/** Text of the published events.schema.json. */
export function eventSchemaText(): string {
  return `${JSON.stringify(eventSchema, null, 2)}\n`;
}
