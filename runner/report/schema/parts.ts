/** Parts that the format of the events and that of the report have in common. */

export const text = { type: "string" } as const;
export const texts = { type: "array", items: text } as const;
export const milliseconds = { type: "number", minimum: 0, description: "Milliseconds." } as const;
export const count = { type: "integer", minimum: 0 } as const;
export const fault = {
  enum: ["product", "scenario", "harness", "environment"],
  description: "Who has to act.",
} as const;

/** A place in a scenario file. */
export const positionSchema = {
  type: "object",
  additionalProperties: false,
  required: ["line", "column"],
  properties: { line: { type: "integer", minimum: 1 }, column: { type: "integer", minimum: 1 } },
} as const;

export const gatewaySchema = {
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

/** How far something came that was expected to happen, link by link. */
const chainSchema = {
  type: "object",
  description:
    "How far what was expected to happen came: a reply, a config change, a plugin, a restart, an update or a skill, link by link.",
  additionalProperties: false,
  required: ["name", "since", "links"],
  properties: {
    name: {
      type: "string",
      description: "`reply`, `config`, `plugin`, `restart`, `update` or `skill`; others will follow.",
    },
    about: { type: "string", description: "Which one: a conversation, a plugin's id, changed paths." },
    since: {
      type: "number",
      description: "Milliseconds since the epoch: when what it begins with was done.",
    },
    links: {
      type: "array",
      description: "In order; those that do not apply are left out.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["link", "state"],
        properties: {
          link: { type: "string", description: "Stable, kebab-case." },
          state: {
            enum: ["happened", "missing", "unknown"],
            description: "`unknown`: this gateway does not say, and nothing outside of it shows it.",
          },
          at: {
            type: "number",
            description: "Milliseconds since `since`, of those that have happened since.",
          },
          detail: text,
        },
      },
    },
    missing: {
      type: "string",
      description: "The first link that did not happen; absent where none is missing.",
    },
    sentence: { type: "string", description: "The same in plain words." },
  },
} as const;

export const failureSchema = {
  type: "object",
  additionalProperties: false,
  required: ["code", "fault", "message"],
  properties: {
    code: { type: "string", description: "Stable, kebab-case." },
    fault,
    message: text,
    headline: {
      type: "string",
      description:
        "Why, in one sentence: from the first missing link of the chain, or from the model's script.",
    },
    note: {
      type: "string",
      description: "What else may explain it: a rule of the model's script that matched nothing.",
    },
    chain: chainSchema,
    hint: { type: "string", description: "What the reader can do about it." },
    step: {
      type: "object",
      additionalProperties: false,
      required: ["index", "name"],
      properties: { index: { ...count, description: "Counts from 0." }, name: text },
    },
    file: text,
    position: positionSchema,
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

export const verdict = { enum: ["passed", "failed", "skipped", "blocked"] } as const;
export const reason = {
  type: "string",
  description: "Why it was skipped or blocked, and what to set.",
} as const;

export const evidenceSchema = {
  type: "array",
  description: "Files, relative to the report's folder.",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["kind", "path"],
    properties: { kind: text, path: text },
  },
} as const;

export const sharingSchema = {
  type: "object",
  description:
    "Whether the next scenario gets the same gateway, where gateways are shared: it was compared with what it was before the first scenario on it.",
  additionalProperties: false,
  required: ["goesOn", "putBack"],
  properties: {
    goesOn: { type: "boolean" },
    because: { ...text, description: "Why it does not go on." },
    putBack: {
      ...texts,
      description: "What was not as before, and is again: `session agent:qa:main added`.",
    },
  },
} as const;

/** What an attempt was to be broken with. */
export const injectedSchema = {
  type: "array",
  description: "What was to be broken, in the gateway or at its borders; absent where nothing was.",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["name", "injected"],
    properties: {
      name: { type: "string", description: "As it was asked for, for instance `model.cut@2`." },
      injected: {
        ...count,
        description:
          "How often that happened; of what a gateway itself is broken with, 1 says that it came to its place.",
      },
      how: { type: "string", description: "What was done." },
    },
  },
} as const;

const policySchema = {
  type: "object",
  description: "How often a scenario is run, and what ends the run early.",
  additionalProperties: false,
  required: ["retries", "repeat", "failOnFlaky"],
  properties: {
    retries: { ...count, description: "How often a scenario that failed is tried again." },
    repeat: { type: "integer", minimum: 1, description: "How often each is run, whatever the result." },
    failOnFlaky: { type: "boolean", description: "Whether a flaky scenario is not a success." },
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
    "The command as values: the ids, and every option that was given under its name in camel case. Absent in what is converted from a report of version 2.",
  required: ["ids"],
  properties: {
    ids: { ...texts, description: "Ids, globs over ids, and paths of scenario files and folders." },
  },
} as const;

/** What a run is, in the same words in its first event and in its report. */
export const runFacts = {
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
  jobs: { type: "integer", minimum: 1 },
  slow: {
    type: "number",
    exclusiveMinimum: 0,
    description: "Factor by which all limits of the run were longer than usual; absent if they were not.",
  },
  allowed: {
    ...texts,
    description:
      "What plugins from elsewhere can do in this run, in a sentence for each that names their scenarios; absent if there are none.",
  },
  lane: text,
  job: { type: "string", description: "Stable name of the job of a matrix that this run is." },
  shard: {
    type: "object",
    description: "The shard of the selection that this run takes.",
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
} as const;

/** Those of them that every run has. */
export const REQUIRED_RUN_FACTS = ["runId", "tool", "command", "gateway", "providerMode", "jobs"] as const;

/** What a scenario is, in the same words where a run announces it and in its report. */
export const scenarioFacts = {
  id: text,
  title: text,
  file: { type: "string", description: "As the user would type it." },
  tags: { ...texts, description: "What it is selected by: theme, surface, coverage ids, own tags." },
  objective: text,
  successCriteria: texts,
  named: { type: "boolean", description: "Asked for by its id, not merely matched by a pattern." },
  unproven: {
    enum: ["never", "changed"],
    description:
      "It was never seen to fail, or not since its file changed. Absent where it was, and where `qa prove` was never run.",
  },
} as const;
