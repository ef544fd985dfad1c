import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of the report. */
export const REHEARSE_VERSION = 1;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const count = { type: "integer", minimum: 0 } as const;

/** Parts of an installation, in the order of the page. */
const AREAS = [
  ...(["update", "agents", "sessions", "skills", "tools", "plugins", "cron", "channels", "devices"] as const),
  ...(["memory", "config", "files", "disk", "way back"] as const),
] as const;

const findingSchema = {
  type: "object",
  additionalProperties: false,
  required: ["area", "name", "kind", "text"],
  properties: {
    area: { enum: AREAS },
    name: { type: "string", description: "Of the agent, session, skill …; empty where it is about several." },
    kind: {
      enum: ["lost", "step", "changed", "new", "final", "unjudged"],
      description:
        "`lost`: it was there before and is not after; `step`: a person has to do something; `final`: it cannot be undone; `unjudged`: nothing can be said of it.",
    },
    text,
    command: { type: "string", description: "What brings it back, or what has to be typed." },
  },
} as const;

const stockSchema = {
  type: "object",
  description: "How many there are of each, with the release that is named.",
  additionalProperties: false,
  required: [
    "version",
    "agents",
    "sessions",
    "messages",
    "skills",
    "tools",
    "plugins",
    "cron",
    "channels",
    "devices",
    "memoryFiles",
    "bytes",
  ],
  properties: {
    version: text,
    ...{ agents: count, sessions: count, messages: count, skills: count, tools: count, plugins: count },
    ...{ cron: count, channels: count, devices: count, memoryFiles: count, bytes: count },
  },
} as const;

/** Source of the `RehearseReport` type, of the check in tests and of the published rehearse.schema.json. */
export const rehearseSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA rehearsal of an update",
  type: "object",
  additionalProperties: false,
  required: [
    "version",
    "command",
    "createdAt",
    "exitCode",
    "verdict",
    "why",
    "state",
    "from",
    "to",
    "network",
    "copy",
    "findings",
  ],
  properties: {
    version: { const: REHEARSE_VERSION },
    command: { type: "string", description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    verdict: {
      enum: ["go", "go with steps", "no-go", "inconclusive"],
      description: "Exit code 0, 5, 1 and 4.",
    },
    why: { type: "string", description: "The verdict's reason, in a sentence." },
    state: { type: "string", description: "The installation, as it was named." },
    from: text,
    to: text,
    network: {
      enum: ["namespace", "preload"],
      description:
        "What kept messages in: a network namespace without a way out, for every program; or code loaded into each Node program that refuses connections and look-ups of names.",
    },
    copy: {
      type: "object",
      additionalProperties: false,
      required: ["files", "bytes", "left"],
      properties: {
        files: count,
        bytes: count,
        left: {
          type: "array",
          description: "What was not copied, such as credentials and the states of channels.",
          items: {
            type: "object",
            additionalProperties: false,
            required: ["area", "files", "bytes"],
            properties: { area: text, files: count, bytes: count },
          },
        },
      },
    },
    update: {
      type: "object",
      additionalProperties: false,
      required: ["commands", "outageMs", "migrationMs", "said"],
      properties: {
        commands: { ...texts, description: "How the update was done." },
        outageMs: {
          type: "integer",
          description: "From the end of the old gateway to the first ready answer of the new one.",
        },
        migrationMs: { type: "integer", description: "Of that, the migration." },
        said: { ...texts, description: "What the migration said." },
      },
    },
    before: stockSchema,
    after: stockSchema,
    refused: { ...texts, description: "Where programs of the copy wanted to connect to." },
    packages: {
      type: "object",
      description: "What programs of the copy asked the package registry of the rehearsal for.",
      additionalProperties: false,
      required: ["fetched", "refused"],
      properties: {
        fetched: {
          ...texts,
          description: "`@openclaw/whatsapp@2026.9.6`: the files that came from the user's registry.",
        },
        refused: {
          ...texts,
          description:
            "Neither a package that the new release's catalogues name nor one that such a package needs.",
        },
      },
    },
    findings: { type: "array", items: findingSchema },
  },
} as const;

export type RehearseReport = FromSchema<typeof rehearseSchema>;
export type Finding = FromSchema<typeof findingSchema>;
export type StockCount = FromSchema<typeof stockSchema>;

/** Text of the published rehearse.schema.json. */
export function rehearseSchemaText(): string {
  return `${JSON.stringify(rehearseSchema, null, 2)}\n`;
}
