import type { FromSchema } from "json-schema-to-ts";
import { coverageSchema, executionSchema } from "./execution-schema.ts";
import { gatewayList, text, textList } from "./parts.ts";
import { envSchema, httpSchema, pluginsSchema, secretsSchema, skillsSchema } from "./surroundings-schema.ts";

/**
 * A scenario's metadata: the front matter, the `yaml qa-scenario` fence, or `scenario` of a YAML file.
 * Source of the TypeScript type, the check at load, and the published `qa/scenario.schema.json`.
 */
export const scenarioSchema = {
  type: "object",
  description: "Metadata of a scenario.",
  additionalProperties: false,
  required: ["id", "title", "surface", "objective", "successCriteria"],
  properties: {
    id: {
      type: "string",
      pattern: "^[a-z0-9]+(?:-[a-z0-9]+)*$",
      patternErrorMessage: "must be kebab-case: lower-case words and digits joined by single dashes",
      description: "Stable kebab-case name, unique over all packs.",
    },
    title: { ...text, description: "Name for people." },
    theme: { ...text, description: "Group of the scenario; by default the folder that the file lies in." },
    surface: { ...text, description: "Part of the product under test, for instance `plugins` or `config`." },
    surfaces: { ...textList, minItems: 1, description: "Further parts of the product under test." },
    category: { ...text, description: "Place in a taxonomy of the pack." },
    tags: { ...textList, description: "Own tags, for selecting with `--tag`." },
    coverage: coverageSchema,
    objective: { ...text, description: "The regression that the scenario guards against." },
    successCriteria: {
      ...textList,
      minItems: 1,
      description: "What must be seen for a pass, one sentence each; at least one that a machine can check.",
    },
    docsRefs: {
      ...textList,
      description: "Documents that describe the behaviour, relative to the repository.",
    },
    codeRefs: { ...textList, description: "Code that implements the behaviour, relative to the repository." },
    regressionRefs: {
      ...textList,
      description: "Issues or changes that the scenario keeps from coming back.",
    },
    risk: {
      enum: ["low", "medium", "high", "destructive"],
      description: "What a run may break. `destructive` runs only when asked for.",
    },
    riskLevel: { ...text, description: "Older free form of `risk`." },
    capabilities: { ...textList, description: "What the environment must offer." },
    lane: {
      type: "object",
      description: "Hints for lanes: flags and texts.",
      additionalProperties: { type: ["boolean", "string"] },
    },
    plugins: pluginsSchema,
    skills: skillsSchema,
    http: httpSchema,
    env: envSchema,
    secrets: secretsSchema,
    gatewayConfigPatch: {
      type: "object",
      description: "JSON merge patch for the gateway's configuration, applied before it starts.",
      additionalProperties: true,
    },
    gatewayRuntime: {
      type: "object",
      description: "How the gateway process is started and kept.",
      additionalProperties: false,
      properties: {
        forwardHostHome: { type: "boolean", description: "Show the gateway the user's home folder." },
        preserveDebugArtifacts: { type: "boolean", description: "Keep the temp folder after the run." },
      },
    },
    runtimeParityTier: {
      enum: ["standard", "optional", "live-only", "soak"],
      description: "Which tier of the parity suite runs the scenario.",
    },
    runtimeParityUsage: {
      type: "object",
      description: "What the parity suite may expect of the model's usage.",
      additionalProperties: false,
      required: ["expectation"],
      properties: {
        expectation: {
          enum: ["assistant-message-required", "not-applicable"],
          description: "Whether an assistant message with usage must be there.",
        },
        reason: { ...text, description: "Why the expectation does not apply." },
      },
      if: { properties: { expectation: { const: "not-applicable" } } },
      // biome-ignore lint/suspicious/noThenProperty: the JSON Schema keyword
      then: { required: ["reason"] },
    },
    unique: {
      type: ["string", "array"],
      items: { type: "string" },
      minItems: 1,
      uniqueItems: true,
      description:
        "Names of values that the run makes up and that stand nowhere else, for the texts of steps.",
    },
    permissions: {
      type: "array",
      items: { enum: ["fs", "process", "import"] },
      uniqueItems: true,
      description: "What the expressions may use beyond the flow API.",
    },
    gateways: {
      ...gatewayList,
      description:
        "Gateways that the scenario applies to, by default all: `embedded`, `openclaw`, `remote`, or OpenClaw's versions as a range such as `openclaw@>=2026.5` or `openclaw@<2026.9`.",
    },
    faults: {
      type: "array",
      items: text,
      minItems: 1,
      uniqueItems: true,
      description:
        "Faults that the embedded gateway is started with, or that happen at the borders of any gateway (`model.cut@2`), for scenarios about an environment that misbehaves, such as a disk that refuses a write.",
    },
    execution: executionSchema,
  },
  dependencies: { runtimeParityUsage: ["runtimeParityTier"] },
} as const;

// Conditions and alternatives only say which members must be there; as types they would multiply.
type Plain<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T as K extends Condition ? never : K]: Plain<T[K]> }
    : T;
type Condition = "if" | "then" | "else" | "anyOf" | "dependencies" | "patternProperties";

/** Checked metadata of a scenario. */
export type ScenarioMeta = FromSchema<Plain<typeof scenarioSchema>>;

/** The index of a pack: the `yaml qa-pack` fence of `index.md`, or `pack` of `index.yaml`. */
export const packIndexSchema = {
  type: "object",
  description: "What holds for all scenarios of a pack.",
  additionalProperties: false,
  required: ["version"],
  properties: {
    version: { type: "integer", minimum: 1, description: "Version of the pack." },
    agent: {
      type: "object",
      description: "The agent that the scenarios talk to.",
      additionalProperties: false,
      properties: { identityMarkdown: { ...text, description: "Who the agent is, as Markdown." } },
    },
    kickoffTask: { ...text, description: "First task of a session that a person drives by hand." },
  },
} as const;

/** Checked index of a pack. */
export type PackIndex = FromSchema<typeof packIndexSchema>;

/** Text of `qa/scenario.schema.json`: the schema of the front matter, for editors and other tools. */
export function scenarioJsonSchemaText(): string {
  const { description, ...schema } = scenarioSchema;
  const published = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Gateway QA scenario",
    description,
    ...schema,
  };
  return `${JSON.stringify(published, undefined, 2)}\n`;
}
