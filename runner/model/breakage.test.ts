import { afterEach, beforeEach, expect, test } from "vitest";
import { Injections } from "../base/border-faults.ts";
import { Teardown } from "../base/teardown.ts";
import { Wakeups } from "../base/wakeups.ts";
import type { ModelScript } from "../scenario/schema/model-script-schema.ts";
import { type ScriptedModel, startScriptedModel } from "./scripted.ts";

const LONG = "a word, ".repeat(60);
const TOOLS = [
  { type: "function", function: { name: "look", parameters: { type: "object", properties: { at: {} } } } },
];
const CALLS: ModelScript = { rules: [{ toolCalls: [{ name: "look", arguments: { at: "this" } }] }] };
let teardown: Teardown;

beforeEach(() => {
  teardown = new Teardown();
});

afterEach(async () => {
  expect(await teardown.run(5_000)).toEqual([]);
});

async function broken(fault: string, script?: ModelScript) {
  const injections = new Injections([fault], "seed");
  const model = await startScriptedModel({ teardown, wakeups: new Wakeups(), script, injections });
  return { model, injections };
}

function ask(model: ScriptedModel, more: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${model.v1Url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "mock-1",
      messages: [{ role: "user", content: `Reply exactly: ${LONG}` }],
      tools: TOOLS,
      ...more,
    }),
    signal: signal ?? null,
  });
}

interface Completion {
  choices: [
    { message: { content: string | null; tool_calls?: { function: { name: string; arguments: string } }[] } },
  ];
}

async function said(response: Response) {
  const { message } = ((await response.json()) as Completion).choices[0];
  return message;
}

test.for([
  ["model.error", 500, null],
  ["model.rate-limit", 429, "1"],
] as const)("%s refuses once", async ([fault, status, retryAfter]) => {
  const { model, injections } = await broken(fault);
  const refused = await ask(model);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([status, retryAfter]);
  expect((await said(await ask(model))).content).toBe(LONG.trim());
  expect(injections.asked).toEqual([{ name: fault, injected: 1 }]);
  expect(model.requests.map(({ rule }) => rule)[0]).toBe(fault);
});

test.for([true, false])("an answer is cut within, streamed: %s", async (stream) => {
  const { model, injections } = await broken("model.cut");
  const response = await ask(model, { stream });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(injections.asked[0]?.how).toMatch(/^after \d+ % of the answer$/);
});

test("an answer that stalls never ends, and goes on for whoever asks again", async () => {
  const { model } = await broken("model.stall");
  const gaveUp = new AbortController();
  const response = await ask(model, { stream: true }, gaveUp.signal);
  const reader = response.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  expect(model.inHand).toEqual({ working: 0, held: 1 });
  gaveUp.abort();
  expect((await said(await ask(model))).content).toBe(LONG.trim());
});

test("an answer that cannot be read is no JSON", async () => {
  const { model } = await broken("model.garbage");
  await expect((await ask(model)).json()).rejects.toThrow(SyntaxError);
});

test("an answer without a word does not use up the script's rule", async () => {
  const { model } = await broken("model.empty", { rules: [{ reply: "once", times: 1 }], fallback: "error" });
  expect((await said(await ask(model))).content).toBe("");
  expect((await said(await ask(model))).content).toBe("once");
});

test.for([
  ["model.tool-twice", ["look", "look"], { at: "this" }],
  ["model.wrong-tool", ["qa_no_such_tool"], { at: "this" }],
  ["model.unknown-arguments", ["look"], { at: "this", qa_no_such_argument: true }],
] as const)("%s", async ([fault, names, args]) => {
  const { model, injections } = await broken(fault, CALLS);
  const { tool_calls: calls = [] } = await said(await ask(model));
  expect(calls.map(({ function: { name } }) => name)).toEqual(names);
  expect(JSON.parse(calls[0]?.function.arguments ?? "")).toEqual(args);
  expect(injections.asked).toEqual([{ name: fault, injected: 1 }]);
});

test("what is about tools waits for an answer that calls one", async () => {
  const { model, injections } = await broken("model.wrong-tool");
  await ask(model);
  expect(injections.asked).toEqual([{ name: "model.wrong-tool", injected: 0 }]);
});
