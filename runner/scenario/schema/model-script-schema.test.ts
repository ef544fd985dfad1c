import { expect, test } from "vitest";
import type { ModelScript } from "./model-script-schema.ts";
import { modelScript } from "./validators.generated.js";

const accepts = (value: unknown) => modelScript(value);

test("accepts every kind of rule", () => {
  const script: ModelScript = {
    fallback: "error",
    rules: [
      { name: "greet", match: { lastUser: "hello", turn: 1 }, times: 2, reply: "hi" },
      {
        match: { tool: "read", textMatches: "a|b" },
        toolCalls: [{ name: "read", arguments: { path: "x" } }],
      },
      { match: { toolResult: "done" }, fail: { status: 503 }, delayMs: 5 },
      { hang: true, hold: "gate" },
      { reply: "slow", stream: { chunkChars: 1, chunkDelayMs: 1 }, usage: { inputTokens: 1 } },
    ],
  };
  expect(accepts(script)).toBe(true);
});

test.each([
  ["no rules", { rules: [] }],
  ["no answer", { rules: [{ match: { text: "x" } }] }],
  ["two answers", { rules: [{ reply: "a", hang: true }] }],
  ["an unknown condition", { rules: [{ match: { txt: "x" }, reply: "a" }] }],
  ["an empty match", { rules: [{ match: {}, reply: "a" }] }],
  ["a broken regular expression", { rules: [{ match: { textMatches: "(" }, reply: "a" }] }],
  ["a status that is not an error", { rules: [{ fail: { status: 200 } }] }],
  ["hang: false", { rules: [{ hang: false }] }],
])("refuses %s", (_name, script) => {
  expect(accepts(script)).toBe(false);
});
