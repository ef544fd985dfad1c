import { count, milliseconds, positionSchema, text } from "./parts.ts";

const at = { type: "number", description: "Milliseconds since the epoch." } as const;
const scenarioId = text;
const step = { ...count, description: "Counts from 0. Absent before the first step." } as const;
const serial = { type: "integer", minimum: 1, description: "Counts from 1 within the attempt." } as const;
const json = { type: "string", description: "JSON." } as const;

/**
 * Schema of each event of the record, by its type: what happened in an attempt besides its steps and statements. Only
 * events.jsonl has them; no verdict depends on one. Texts are cut where they are long, and their number is limited:
 * `record-cut` says what is missing.
 */
export const recordSchemas = {
  "scenario-source": {
    type: "object",
    description: "The scenario's file as it ran.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "source"],
    properties: { type: { const: "scenario-source" }, at, scenarioId, source: text },
  },
  "statement-ended": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "step", "position", "threw"],
    properties: {
      type: { const: "statement-ended" },
      at,
      scenarioId,
      step,
      position: positionSchema,
      threw: { type: "boolean" },
    },
  },
  "channel-event": {
    type: "object",
    description: "A message on the channel, or what became of one.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "event", "conversation", "text"],
    properties: {
      type: { const: "channel-event" },
      at,
      scenarioId,
      event: { type: "string", description: "For instance `inbound-message`, `outbound-message`." },
      messageId: text,
      conversation: { type: "string", description: "For instance `dm:alice`." },
      threadId: text,
      sender: text,
      text: {
        type: "string",
        description: "Of the message; of a thread its title, of a reaction the emoji.",
      },
      attachments: { ...count, description: "How many; absent where there are none." },
    },
  },
  "model-request": {
    type: "object",
    description:
      "What the agent asked the scripted model: what differs from the last request of its conversation.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "request", "model", "kept", "messages"],
    properties: {
      type: { const: "model-request" },
      at,
      scenarioId,
      request: serial,
      model: text,
      follows: { ...serial, description: "The request that this one is compared with." },
      kept: { ...count, description: "Messages that it begins with, as that one did." },
      messages: {
        type: "array",
        description: "What is new after those.",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["role", "text"],
          properties: { role: text, text },
        },
      },
      tools: {
        type: "array",
        items: text,
        description: "Names of the tools that it declares; absent where they are the same.",
      },
    },
  },
  "model-answer": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "request", "status", "rule"],
    properties: {
      type: { const: "model-answer" },
      at,
      scenarioId,
      request: serial,
      status: {
        enum: ["held", "answered", "aborted"],
        description:
          "`held`: the scenario keeps it back. `aborted`: the gateway left before it had the answer.",
      },
      rule: { type: "string", description: "Rule of the script, or of the model that follows instructions." },
      text: { type: "string", description: "What it says, or the tools that it calls." },
    },
  },
  "gateway-call": {
    type: "object",
    description: "The scenario asks something of the gateway.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "call", "via", "method"],
    properties: {
      type: { const: "gateway-call" },
      at,
      scenarioId,
      call: serial,
      via: {
        enum: ["rpc", "process"],
        description: "`process`: its process is started, stopped or waited for.",
      },
      method: text,
      params: json,
    },
  },
  "gateway-answer": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "call", "failed"],
    properties: {
      type: { const: "gateway-answer" },
      at,
      scenarioId,
      call: serial,
      failed: { type: "boolean" },
      answer: { type: "string", description: "JSON, or the words of the error." },
      same: { ...serial, description: "The call that was answered with the same." },
    },
  },
  "gateway-log": {
    type: "object",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "lines"],
    properties: {
      type: { const: "gateway-log" },
      at,
      scenarioId,
      lines: { type: "string", description: "One or more, joined by line feeds." },
    },
  },
  "gateway-trace": {
    type: "object",
    description: "What the embedded gateway says it did since the last such event.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "records"],
    properties: {
      type: { const: "gateway-trace" },
      at,
      scenarioId,
      records: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["at", "event"],
          properties: { at, event: text, facts: json },
        },
      },
    },
  },
  "state-changed": {
    type: "object",
    description:
      "How the gateway's state differs from what was known before: its config file, and what it answered when it was asked.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "changes"],
    properties: {
      type: { const: "state-changed" },
      at,
      scenarioId,
      step,
      changes: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["area", "path"],
          properties: {
            area: { enum: ["config", "sessions", "plugins", "tools", "skills"] },
            path: { type: "string", description: "Place in the config, or a name." },
            before: { type: "string", description: "Absent where it was not there, or not known." },
            after: { type: "string", description: "Absent where it is gone." },
          },
        },
      },
    },
  },
  "process-sample": {
    type: "object",
    description: "What the processes have used; only on systems that say so.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "processes"],
    properties: {
      type: { const: "process-sample" },
      at,
      scenarioId,
      processes: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["role", "pid", "count", "cpuMs", "memoryBytes"],
          properties: {
            role: { enum: ["gateway", "scenario", "runner"] },
            pid: { type: "integer" },
            count: { ...count, description: "It and those that it has started." },
            cpuMs: { ...milliseconds, description: "CPU time that they have used so far." },
            memoryBytes: { ...count, description: "Resident memory." },
          },
        },
      },
    },
  },
  "record-cut": {
    type: "object",
    description:
      "The record of this attempt is without some events: there were too many, or they were too long.",
    additionalProperties: false,
    required: ["type", "at", "scenarioId", "what", "kept", "left"],
    properties: {
      type: { const: "record-cut" },
      at,
      scenarioId,
      what: { type: "string", description: "Type of the events." },
      kept: { ...count, description: "So many are in the record." },
      left: { ...count, description: "So many were left out by now." },
    },
  },
} as const;
