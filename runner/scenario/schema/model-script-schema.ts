import type { FromSchema } from "json-schema-to-ts";

/**
 * Format of a `yaml qa-model` block: how the scripted model answers in one scenario.
 * The first rule that matches a request and is not used up answers it.
 */
export const modelScriptSchema = {
  type: "object",
  description: "How the scripted model answers this scenario's requests.",
  additionalProperties: false,
  required: ["rules"],
  properties: {
    fallback: {
      enum: ["instructions", "error"],
      description:
        "What happens to a request that no rule matches: follow plain instructions (instructions, the default), or answer with an error so that the scenario notices.",
    },
    rules: {
      type: "array",
      minItems: 1,
      description: "Tried in order; the first that matches and is not used up answers.",
      items: {
        type: "object",
        additionalProperties: false,
        properties: {
          name: { type: "string", minLength: 1, description: "Shown in recorded requests and reports." },
          match: {
            type: "object",
            additionalProperties: false,
            minProperties: 1,
            description:
              "All given conditions must hold; without `match` the rule fits every request. Texts are compared as they stand, upper and lower case included.",
            properties: {
              text: {
                type: "string",
                minLength: 1,
                description: "Stands anywhere in the input: system prompt, messages and tool results.",
              },
              textMatches: {
                type: "string",
                minLength: 1,
                format: "regex",
                description: "JavaScript regular expression over the whole input.",
              },
              lastUser: {
                type: "string",
                minLength: 1,
                description: "Stands in the latest message that the user wrote.",
              },
              system: {
                type: "string",
                minLength: 1,
                description: "Stands in the system prompt, for instance a skill of the catalogue.",
              },
              tool: {
                type: "string",
                minLength: 1,
                description: "Name of a tool that the request declares.",
              },
              toolResult: {
                type: "string",
                minLength: 1,
                description: "Stands in a tool result of the current turn.",
              },
              model: { type: "string", minLength: 1, description: "Model id, exactly as requested." },
              turn: {
                type: "integer",
                minimum: 1,
                description:
                  "Which turn of the conversation it is: 1 for the user's first message. A tool result does not start a turn.",
              },
            },
          },
          times: {
            type: "integer",
            minimum: 1,
            description:
              "How often the rule may answer; then later rules get their chance. Default: no limit.",
          },
          reply: { type: "string", description: "Answer with this text; an empty one is an answer too." },
          reasoning: {
            type: "string",
            minLength: 1,
            description: "Thoughts that come before the reply, apart from it, as reasoning models send them.",
          },
          toolCalls: {
            type: "array",
            minItems: 1,
            description:
              "Answer with these tool calls. As with a real model, a tool that the request does not declare is not called: the answer then says that it is not available.",
            items: {
              type: "object",
              additionalProperties: false,
              required: ["name"],
              properties: {
                name: { type: "string", minLength: 1 },
                arguments: { type: "object", description: "Default: none." },
              },
            },
          },
          fail: {
            type: "object",
            additionalProperties: false,
            required: ["status"],
            description: "Answer with an HTTP error.",
            properties: {
              status: { type: "integer", minimum: 400, maximum: 599 },
              message: { type: "string", minLength: 1 },
              reasoning: {
                type: "string",
                minLength: 1,
                description: "Thoughts that a streamed answer has sent by the time that it fails.",
              },
            },
          },
          hang: { const: true, description: "Never answer; ends when the gateway gives up." },
          hold: {
            type: "string",
            minLength: 1,
            description: "Answer only after the flow has called `releaseModel` with this name.",
          },
          delayMs: { type: "integer", minimum: 0, description: "Milliseconds to wait before the answer." },
          stream: {
            type: "object",
            additionalProperties: false,
            description: "How a streamed answer is cut.",
            properties: {
              chunkChars: { type: "integer", minimum: 1, description: "Characters per chunk. Default: 24." },
              chunkDelayMs: {
                type: "integer",
                minimum: 0,
                description: "Milliseconds between chunks. Default: 0.",
              },
            },
          },
          usage: {
            type: "object",
            additionalProperties: false,
            description: "Token counts to report. Default: estimated from the text.",
            properties: {
              inputTokens: { type: "integer", minimum: 0 },
              outputTokens: { type: "integer", minimum: 0 },
            },
          },
        },
        dependencies: { reasoning: ["reply"] },
        oneOf: [
          { required: ["reply"] },
          { required: ["toolCalls"] },
          { required: ["fail"] },
          { required: ["hang"] },
        ],
      },
    },
  },
} as const;

// The alternatives only say which member must be there: as types they would multiply every rule by four.
type RuleSchema = Omit<(typeof modelScriptSchema)["properties"]["rules"]["items"], "oneOf" | "dependencies">;

/** One rule of a model script; exactly one of `reply`, `toolCalls`, `fail` and `hang` is set. */
export type ModelRule = FromSchema<RuleSchema>;

/** A checked `yaml qa-model` block. */
export interface ModelScript {
  rules: ModelRule[];
  fallback?: "instructions" | "error";
}
