import type { FromSchema } from "json-schema-to-ts";
import { OPERATING_SYSTEMS } from "../results/merge/matrix-schema.ts";
import { gatewayList, text, textList } from "../scenario/schema/parts.ts";

/** Whom to ask, in the forms that code hosts and mail programs understand. */
const owner = {
  type: "string",
  pattern: "^(?:@[A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9._-]+)?|[^@\\s]+@[^@\\s]+\\.[^@\\s]+)$",
  patternErrorMessage: "must be `@user`, `@organisation/team` or an e-mail address",
  description: 'Who looks after it: "@user", "@organisation/team" (in quotes) or an e-mail address.',
} as const;

const environmentName = {
  type: "string",
  pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
  patternErrorMessage: "must be the name of an environment variable",
} as const;

/** More would be a matrix that no service accepts; see `github.ts`. */
const MOST_SHARDS = 256;

const releaseRangeSchema = {
  type: "object",
  description: "Published releases without pre-releases: `last` of those between `from` and `to`.",
  additionalProperties: false,
  minProperties: 1,
  properties: {
    last: { type: "integer", minimum: 1, description: "How many, counted from the newest." },
    from: { ...text, description: "The oldest version that counts." },
    to: { ...text, description: "The newest version that counts." },
  },
} as const;

const selectSchema = {
  type: "object",
  description: "Which scenarios: those that fit every key given here.",
  additionalProperties: false,
  minProperties: 1,
  properties: {
    all: { const: true, description: "Every scenario of the packs, instead of `ids` and `tags`." },
    ids: {
      ...textList,
      minItems: 1,
      description: "Ids, or globs over ids; any of them. A scenario named by its id must run.",
    },
    tags: {
      ...textList,
      minItems: 1,
      description: "Theme, surface, coverage id or own tag; any of them.",
    },
    packs: {
      ...textList,
      minItems: 1,
      description:
        "Folders of scenarios, relative to this file. Without it: the scenarios that come with the tool.",
    },
  },
} as const;

const laneSchema = {
  type: "object",
  description: "A part of the nightly work: which scenarios run on which gateways, and what that needs.",
  additionalProperties: false,
  required: ["owner", "gateways", "select"],
  properties: {
    description: { ...text, description: "What the lane is for, in words." },
    owner,
    gateways: {
      type: "array",
      minItems: 1,
      description: "Gateways under test; the lane has at least one job for each.",
      items: {
        type: ["string", "object"],
        description: "`embedded`, `openclaw@<version, range or dist-tag>`, or `{ releases: … }`.",
        additionalProperties: false,
        required: ["releases"],
        properties: { releases: releaseRangeSchema },
      },
    },
    model: {
      enum: ["scripted", "live"],
      description: "The model behind the agent; `scripted` by default.",
    },
    select: selectSchema,
    os: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { enum: OPERATING_SYSTEMS },
      description: "Operating systems; each multiplies the jobs. `linux` by default.",
    },
    guards: {
      type: "object",
      description: "Guard variables that the lane sets for its own runs, so that destructive scenarios run.",
      additionalProperties: { type: ["string", "integer"] },
    },
    secrets: {
      type: "array",
      items: environmentName,
      uniqueItems: true,
      description: "Environment variables without which the lane is skipped. Their values are never written.",
    },
    shards: {
      type: "integer",
      minimum: 1,
      maximum: MOST_SHARDS,
      description: "Jobs per gateway and operating system that share the scenarios; 1 by default.",
    },
    retries: {
      type: "integer",
      minimum: 0,
      maximum: 10,
      description: "Further tries of a scenario that failed; 0 by default.",
    },
    repeat: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      description: "How often each scenario runs, to find flaky ones; 1 by default.",
    },
    minutes: {
      type: "integer",
      minimum: 1,
      maximum: 350,
      description: "Time limit of a job; 30 by default.",
    },
    mayFail: { type: "boolean", description: "A failure is shown, but does not fail the night." },
  },
} as const;

/** Source of the `LanesFile` type, of the check and of the published `qa/lanes.schema.json`. */
export const lanesSchema = {
  type: "object",
  description: "Lanes: what runs nightly, on which gateways, and what each needs.",
  additionalProperties: false,
  required: ["lanes"],
  properties: {
    night: {
      ...textList,
      minItems: 1,
      uniqueItems: true,
      description: "Lanes that `qa night` runs when none is named; by default all.",
    },
    lanes: {
      type: "object",
      minProperties: 1,
      description: "The lanes by name.",
      additionalProperties: laneSchema,
    },
  },
} as const;

/** Source of the `QuarantineFile` type, of the check and of the published `qa/quarantine.schema.json`. */
export const quarantineSchema = {
  type: "object",
  description: "Scenarios whose failure is known and does not fail a run for a while.",
  additionalProperties: false,
  required: ["quarantine"],
  properties: {
    quarantine: {
      type: "array",
      description: "One entry for each scenario; may be empty.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "owner", "reason", "expires"],
        properties: {
          id: { ...text, description: "Id of the scenario." },
          owner,
          reason: { ...text, description: "Why it fails, with a link to where it is worked on." },
          expires: {
            type: "string",
            pattern: "^\\d{4}-\\d{2}-\\d{2}$",
            patternErrorMessage: "must be a date such as `2026-12-31`",
            description: "Last day on which the entry counts; after it the entry is an error.",
          },
          gateways: {
            ...gatewayList,
            description:
              "Gateways on which it is known to fail, by default all: `embedded`, `remote`, `openclaw`, or a range such as `openclaw@<2026.9`.",
          },
        },
      },
    },
  },
} as const;

export type Lane = FromSchema<typeof laneSchema>;
export type LanesFile = FromSchema<typeof lanesSchema>;
export type QuarantineFile = FromSchema<typeof quarantineSchema>;
export type OperatingSystem = NonNullable<Lane["os"]>[number];

/** Text of the published `qa/lanes.schema.json`, for editors and other tools. */
export function lanesJsonSchemaText(): string {
  return published("Gateway QA lanes", lanesSchema);
}

/** Text of the published `qa/quarantine.schema.json`. */
export function quarantineJsonSchemaText(): string {
  return published("Gateway QA quarantine", quarantineSchema);
}

function published(title: string, { description, ...schema }: { description: string }): string {
  const text = { $schema: "http://json-schema.org/draft-07/schema#", title, description, ...schema };
  return `${JSON.stringify(text, undefined, 2)}\n`;
}
