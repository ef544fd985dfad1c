import { dottedId, text, textList } from "./parts.ts";

/** `execution`: how a scenario is carried out. Part of the scenario schema. */
export const executionSchema = {
  type: "object",
  description: "How the scenario is carried out.",
  additionalProperties: false,
  properties: {
    kind: {
      enum: ["flow", "vitest", "playwright", "script"],
      default: "flow",
      description:
        "`flow` (the default) runs the steps of the file; the other kinds name a program that this runner loads but does not run.",
    },
    summary: { ...text, description: "One sentence on what happens." },
    config: {
      type: "object",
      description:
        "Values that the flow reads as `config`. A key that ends in `Any` holds alternatives: a list of texts.",
      additionalProperties: true,
      patternProperties: {
        Any$: { type: "array", items: { type: "string" }, description: "Alternatives: a list of texts." },
      },
    },
    timeoutMs: {
      type: "integer",
      minimum: 1,
      description: "Deadline of the whole scenario, in milliseconds.",
    },
    retryCount: {
      type: "integer",
      minimum: 0,
      description:
        "How often it is tried again after a failure, where the run tries less often; a pass then is flaky.",
    },
    stepTimeoutMs: { type: "integer", minimum: 1, description: "Limit of each step, in milliseconds." },
    actionTimeoutMs: { type: "integer", minimum: 1, description: "Limit of each action, in milliseconds." },
    channel: {
      type: "string",
      pattern: "^[a-z0-9]+(?:[.-][a-z0-9]+)*$",
      patternErrorMessage: "must be a channel id: lower-case words joined by dots or dashes",
      description: "Id of the channel that the scenario needs, for instance `qa-channel`.",
    },
    suiteIsolation: {
      const: "isolated",
      description: "`isolated`: the scenario never shares a gateway with another.",
    },
    isolationReason: { ...text, description: "Why the scenario needs a gateway of its own." },
    transportPolicy: {
      type: "object",
      description: "Rules that the channel must apply to inbound messages.",
      additionalProperties: false,
      properties: {
        requireGroupMention: { const: true, description: "Group messages count only with a mention." },
        senderAllowlist: { ...textList, minItems: 1, description: "Only these senders are heard." },
        topLevelReplies: { const: true, description: "Replies go to the conversation and not to a thread." },
      },
    },
    profiles: { ...textList, description: "Profiles of upstream's runner that the scenario is a part of." },
    providerMode: { ...text, description: "Model provider that the scenario is written for." },
    path: {
      type: "string",
      pattern: "^(?!/)(?!(?:.*/)?\\.\\.(?:/|$))[A-Za-z0-9._/-]+$",
      patternErrorMessage:
        "must be a path inside the repository made of letters, digits and `._/-`, without `..`",
      description:
        "The program of a `vitest`, `playwright` or `script` scenario, relative to the repository.",
    },
    testNamePattern: { ...text, description: "Which tests of the file belong to a `playwright` scenario." },
    args: { type: "array", items: { type: "string" }, description: "Arguments of a `script` scenario." },
    allowBlockedEvidence: { type: "boolean", description: "A `script` may report that it was blocked." },
  },
  if: { required: ["kind"], properties: { kind: { enum: ["vitest", "playwright", "script"] } } },
  // biome-ignore lint/suspicious/noThenProperty: the JSON Schema keyword
  then: { required: ["path"] },
  else: { properties: { path: false, testNamePattern: false, args: false, allowBlockedEvidence: false } },
} as const;

/** `coverage`: which behaviours a scenario proves. Part of the scenario schema. */
export const coverageSchema = {
  type: "object",
  description:
    "Behaviours that the scenario proves, as two lists of dotted ids: `primary` for its subject, `secondary` for what it also touches.",
  additionalProperties: false,
  properties: {
    primary: { type: "array", items: dottedId, description: "Behaviours the scenario exists for." },
    secondary: { type: "array", items: dottedId, description: "Behaviours it also touches." },
  },
  anyOf: [{ required: ["primary"] }, { required: ["secondary"] }],
} as const;
