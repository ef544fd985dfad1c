import { text } from "./parts.ts";

/** What a fake service answers. Either `json` or `body`. */
const answerProperties = {
  status: { type: "integer", minimum: 200, maximum: 599, description: "HTTP status; default: 200." },
  headers: {
    type: "object",
    description: "Headers of the answer.",
    additionalProperties: { type: "string" },
  },
  json: { description: "The body, as JSON." },
  body: { type: "string", description: "The body, as text." },
} as const;

/** `http`: stand-ins for the services of third parties. Part of the scenario schema. */
export const httpSchema = {
  type: "object",
  description: "Fakes of third-party services by name, each with the requests that it answers.",
  minProperties: 1,
  propertyNames: {
    pattern: "^[A-Za-z][A-Za-z0-9_-]*$",
    patternErrorMessage: "is not a name of letters, digits, `_` and `-` that begins with a letter",
  },
  additionalProperties: {
    type: "array",
    minItems: 1,
    description: "The requests that the service answers: `{ method: GET, path: /v1/tides, json: { … } }`.",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["path"],
      properties: {
        method: {
          enum: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
          default: "GET",
          description: "Default: GET.",
        },
        path: {
          type: "string",
          pattern: "^/[^?#]*$",
          patternErrorMessage: "must begin with `/` and hold neither `?` nor `#`",
          description: "Path of the request, without a query.",
        },
        ...answerProperties,
        answers: {
          type: "array",
          minItems: 1,
          description: "Answers in turn; the last one is repeated.",
          items: { type: "object", additionalProperties: false, properties: answerProperties },
        },
      },
    },
  },
} as const;

const variable = {
  type: "string",
  pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
  patternErrorMessage: "is not the name of an environment variable",
} as const;

/** `env`: variables of the gateway under test. */
export const envSchema = {
  type: ["array", "object"],
  description:
    "Environment variables of the gateway: names, whose values come from the environment of `qa`, or a mapping of names to texts.",
  items: variable,
  uniqueItems: true,
  propertyNames: { pattern: variable.pattern, patternErrorMessage: variable.patternErrorMessage },
  additionalProperties: { type: "string" },
} as const;

/** `secrets`: the same for what must not be shown. */
export const secretsSchema = {
  type: "array",
  description:
    "Names of environment variables with secrets: the gateway gets their values from the environment of `qa`, and no output shows them.",
  items: variable,
  minItems: 1,
  uniqueItems: true,
} as const;

/** `plugins`: what the gateway enables. */
export const pluginsSchema = {
  type: "array",
  description:
    'Plugins that the gateway enables: by id, `{ path: . }` relative to the file, or `{ npm: "@scope/name@1" }`.',
  items: {
    type: ["string", "object"],
    pattern: text.pattern,
    patternErrorMessage: text.patternErrorMessage,
    description: 'An id, `{ path: . }` or `{ npm: "@scope/name@1" }`.',
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    properties: {
      path: {
        ...text,
        description: "The plugin's folder, or its packed archive (.tgz), relative to the scenario's file.",
      },
      npm: {
        type: "string",
        pattern: "^(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*(?:@[A-Za-z0-9.^~*<>=| +-]+)?$",
        patternErrorMessage: "is not a package of the registry, such as `@scope/name@1.2.3`",
        description: "A package of the registry, with a version, a range or a tag.",
      },
    },
  },
} as const;

/** `skills`: what the agent's workspace has. */
export const skillsSchema = {
  type: "array",
  minItems: 1,
  description:
    "Skills that are copied into the agent's workspace before the gateway starts: `{ path: . }`, a folder with a SKILL.md, relative to the file.",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["path"],
    properties: { path: { ...text, description: "The skill's folder, relative to the scenario's file." } },
  },
} as const;
