import type { FromSchema } from "json-schema-to-ts";

/** Goes up with every change that could break a reader of compat.json. */
export const COMPAT_VERSION = 1;

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;

const stateSchema = {
  enum: ["yes", "steps", "no", "blocked", "untried"],
  description:
    "`steps`: yes, with what `steps` names; `blocked`: something is missing, which `seen` names, so that nothing can be said; `untried`: not asked for, or nothing to try.",
} as const;

const itemSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "state", "seen"],
  properties: { name: text, state: stateSchema, seen: text },
} as const;

/** What is looked at, in this order. */
export const ROWS = [
  "install",
  "load",
  "register",
  "diagnostics",
  "tools",
  "commands",
  "off and on",
  "uninstall",
] as const;

const rowSchema = {
  type: "object",
  additionalProperties: false,
  required: ["row", "state", "seen"],
  properties: {
    row: { enum: ROWS },
    state: stateSchema,
    seen: { type: "string", description: "What was seen, in a few words." },
    items: { type: "array", description: "Each tool, or each command.", items: itemSchema },
    steps: { ...texts, description: "What a person has to do so that it is a yes." },
    log: { type: "string", description: "The line of the gateway's output that says why not." },
    api: { type: "string", description: "What the plugin wants of the release and does not get." },
  },
} as const;

const pairSchema = {
  type: "object",
  additionalProperties: false,
  required: ["without", "with"],
  properties: { without: { type: "number" }, with: { type: "number" } },
} as const;

const releaseSchema = {
  type: "object",
  additionalProperties: false,
  required: ["gateway", "version", "verdict", "rows", "refused", "judgedAt"],
  properties: {
    gateway: { type: "string", description: "`embedded`, or `openclaw@<version>`." },
    version: { type: "string", description: "As the gateway says it; empty where it never answered." },
    verdict: {
      enum: ["works", "works with steps", "loads", "blocked", "broken"],
      description:
        "`works`: each tool was called by the model and its result was in the next request. `loads`: nothing failed, and not all of that was tried. `blocked`: something is missing that is not the plugin's affair, or a credential.",
    },
    problem: {
      type: "string",
      description: "Why there are no rows: the release cannot be had, or does not start without the plugin.",
    },
    rows: { type: "array", items: rowSchema },
    registers: {
      type: "object",
      description: "Names of what the plugin brings, by kind: tools, commands, hooks …",
      additionalProperties: texts,
    },
    cost: {
      type: "object",
      description:
        "Milliseconds without and with the plugin, on the same gateway one after the other: a boot to its first answered call, and the median of three turns. Never judged.",
      additionalProperties: false,
      required: ["bootMs", "turnMs"],
      properties: { bootMs: pairSchema, turnMs: pairSchema },
    },
    refused: { ...texts, description: "Where the plugin wanted to connect to beyond this machine." },
    judgedAt: { type: "string", format: "date-time" },
  },
} as const;

/** Source of the `CompatReport` type, of the check in tests and of the published compat.schema.json. */
export const compatSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gateway QA compatibility report of a plugin",
  type: "object",
  additionalProperties: false,
  required: ["version", "command", "createdAt", "exitCode", "plugin", "allowed", "releases"],
  properties: {
    version: { const: COMPAT_VERSION },
    command: { type: "string", description: "As it could be typed again." },
    createdAt: { type: "string", format: "date-time" },
    exitCode: { type: "integer" },
    plugin: {
      type: "object",
      additionalProperties: false,
      required: ["id", "from"],
      properties: {
        id: { type: "string", description: "Of its manifest." },
        name: { type: "string", description: "Of its package." },
        version: text,
        from: {
          type: "string",
          description: "As it was named: a folder, an archive, or a package of the registry.",
        },
      },
    },
    allowed: { type: "string", description: "What the plugin could do here, in a sentence." },
    releases: { type: "array", items: releaseSchema },
    firstBroken: {
      type: "object",
      description: "Of a range whose end is broken and whose beginning is not.",
      additionalProperties: false,
      required: ["gateway", "lastGood", "row", "seen"],
      properties: {
        gateway: text,
        lastGood: { type: "string", description: "The release before it that is not broken." },
        between: { ...texts, description: "Releases between the two of which nothing can be said." },
        row: text,
        seen: text,
        log: text,
        api: text,
      },
    },
  },
} as const;

export type CompatReport = FromSchema<typeof compatSchema>;
export type JudgedRelease = FromSchema<typeof releaseSchema>;
export type Row = FromSchema<typeof rowSchema>;
export type Item = FromSchema<typeof itemSchema>;
export type State = Row["state"];
export type RowName = Row["row"];

/** Text of the published compat.schema.json. */
export function compatSchemaText(): string {
  return `${JSON.stringify(compatSchema, null, 2)}\n`;
}
