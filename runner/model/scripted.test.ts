import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Teardown } from "../base/teardown.ts";
import { waitForCondition } from "../base/waits.ts";
import { Wakeups } from "../base/wakeups.ts";
import type { ModelScript } from "../scenario/schema/model-script-schema.ts";
import type { RecordedRequest } from "./recorder.ts";
import { type ScriptedModel, startScriptedModel } from "./scripted.ts";

const NEVER = 3_600_000;
let teardown: Teardown;
let wakeups: Wakeups;

beforeEach(() => {
  teardown = new Teardown();
  wakeups = new Wakeups();
});

afterEach(async () => {
  expect(await teardown.run(5_000)).toEqual([]);
});

function start(script?: ModelScript): Promise<ScriptedModel> {
  return startScriptedModel({ teardown, wakeups, script });
}

function post(model: ScriptedModel, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${model.v1Url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal,
  });
}

/** Asks over chat completions and gives the reply's text. */
async function chat(
  model: ScriptedModel,
  text: string,
  more: object = {},
  signal?: AbortSignal,
): Promise<string> {
  const messages = [{ role: "user", content: text }];
  const response = await post(model, "chat/completions", { model: "mock-1", messages, ...more }, signal);
  const body = (await response.json()) as {
    choices?: [{ message: { content: string } }];
    error?: { message: string };
  };
  return body.choices?.[0].message.content ?? `${response.status} ${body.error?.message}`;
}

interface Event {
  event: string | undefined;
  // Shapes differ by event; tests compare them as a whole.
  data: Record<string, unknown>;
}

async function events(response: Response): Promise<Event[]> {
  const blocks = (await response.text()).split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => {
    const event = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1] ?? "";
    return { event, data: data === "[DONE]" ? { done: true } : JSON.parse(data) };
  });
}

function seen(model: ScriptedModel, status: RecordedRequest["status"]): Promise<unknown> {
  const check = () => model.requests.find((request) => request.status === status);
  return waitForCondition(wakeups, check, { timeoutMs: 10_000, intervalMs: NEVER });
}

const PING = { type: "function", function: { name: "ping", parameters: { type: "object" } } };
const SAY = "Reply exactly: A-VERY-LONG-MARKER-OF-MORE-THAN-ONE-CHUNK-👍👍";
const SAID = "A-VERY-LONG-MARKER-OF-MORE-THAN-ONE-CHUNK-👍👍";

describe("chat completions", () => {
  test("text", async () => {
    const model = await start();
    const response = await post(model, "chat/completions", {
      model: "mock-1",
      messages: [{ role: "user", content: SAY }],
    });
    expect(await response.json()).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: expect.any(Number),
      model: "mock-1",
      system_fingerprint: null,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: SAID, refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 16, completion_tokens: 12, total_tokens: 28 },
    });
  });

  test("streamed text ends with usage and [DONE]", async () => {
    const model = await start();
    const response = await post(model, "chat/completions", {
      model: "mock-1",
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: [{ type: "text", text: SAY }] }],
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const all = (await events(response)).map(({ data }) => data);
    const choices = all.flatMap(({ choices }) => (choices as { delta: Record<string, unknown> }[]) ?? []);
    expect(choices[0]?.delta).toEqual({ role: "assistant", content: "", refusal: null });
    expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe(SAID);
    expect(choices.length).toBeGreaterThan(3);
    expect(choices.at(-1)).toMatchObject({ delta: {}, finish_reason: "stop" });
    expect(all.at(-2)).toMatchObject({ choices: [], usage: { completion_tokens: 12 } });
    expect(all.at(-1)).toEqual({ done: true });
  });

  test("a tool call, streamed and not, and its continuation", async () => {
    const model = await start();
    const ask = { role: "user", content: "Use the ping tool with host=a." };
    const body = { model: "mock-1", messages: [ask], tools: [PING] };
    const plain = await (await post(model, "chat/completions", body)).json();
    expect(plain).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [
              { id: "call_1_0", type: "function", function: { name: "ping", arguments: '{"host":"a"}' } },
            ],
          },
          finish_reason: "tool_calls",
        },
      ],
    });
    const all = (await events(await post(model, "chat/completions", { ...body, stream: true }))).map(
      ({ data }) => data,
    );
    expect(all.slice(1, 3)).toMatchObject([
      {
        choices: [
          {
            delta: {
              tool_calls: [
                { index: 0, id: "call_2_0", type: "function", function: { name: "ping", arguments: "" } },
              ],
            },
          },
        ],
      },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"host":"a"}' } }] } }] },
    ]);
    expect(all.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "tool_calls" }] });

    const call = { id: "call_1_0", type: "function", function: { name: "ping", arguments: '{"host":"a"}' } };
    const continued = [
      ask,
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1_0", content: "pong" },
    ];
    expect(await chat(model, "", { messages: continued, tools: [PING] })).toBe(
      "The ping tool answered: pong",
    );
  });
});

describe("responses", () => {
  const TOOL = { type: "function", name: "ping", parameters: { type: "object" } };

  test("text", async () => {
    const model = await start();
    const response = await post(model, "responses", {
      model: "mock-1",
      instructions: "Be brief.",
      input: SAY,
    });
    expect(await response.json()).toMatchObject({
      id: "resp_1",
      object: "response",
      status: "completed",
      output: [
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: SAID, annotations: [] }],
        },
      ],
      usage: { input_tokens: 18, output_tokens: 12, total_tokens: 30 },
    });
  });

  test("streamed text has the API's events in order", async () => {
    const model = await start();
    const input = [{ type: "message", role: "user", content: [{ type: "input_text", text: SAY }] }];
    const all = await events(await post(model, "responses", { model: "mock-1", stream: true, input }));
    expect(all.map(({ event }) => event)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    for (const [index, { event, data }] of all.entries()) {
      expect(data).toMatchObject({ type: event, sequence_number: index });
    }
    expect(all.map(({ data }) => data.delta ?? "").join("")).toBe(SAID);
    expect(all.at(-1)?.data).toMatchObject({
      response: { status: "completed", usage: { output_tokens: 12 } },
    });
  });

  test("a streamed tool call and its continuation", async () => {
    const model = await start();
    const ask = { role: "user", content: "Use the ping tool with host=a." };
    const all = await events(
      await post(model, "responses", { model: "mock-1", stream: true, input: [ask], tools: [TOOL] }),
    );
    expect(all.slice(2, 6).map(({ event, data }) => [event, data])).toMatchObject([
      [
        "response.output_item.added",
        { item: { type: "function_call", call_id: "call_1_0", name: "ping", arguments: "" } },
      ],
      ["response.function_call_arguments.delta", { delta: '{"host":"a"}' }],
      ["response.function_call_arguments.done", { arguments: '{"host":"a"}' }],
      ["response.output_item.done", { item: { arguments: '{"host":"a"}', status: "completed" } }],
    ]);
    const input = [
      ask,
      { type: "reasoning", summary: [] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "calling" }] },
      { type: "function_call", call_id: "call_1_0", name: "ping", arguments: '{"host":"a"}' },
      { type: "function_call_output", call_id: "call_1_0", output: "pong" },
    ];
    const response = await post(model, "responses", { model: "mock-1", input, tools: [TOOL] });
    expect(await response.json()).toMatchObject({
      output: [{ content: [{ text: "The ping tool answered: pong" }] }],
    });
    expect(model.requests.at(-1)).toMatchObject({ toolOutput: "pong", prompt: ask.content });
  });
});

describe("Anthropic's messages", () => {
  const TOOL = { name: "ping", description: "Pings.", input_schema: { type: "object" } };
  const CLAUDE = { model: "claude-opus-4-8", max_tokens: 100 };
  const THOUGHTS = "first the file, then the answer";

  test("text, asked for in blocks", async () => {
    const model = await start();
    const system = [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }];
    const picture = { type: "image", source: { type: "base64", media_type: "image/png", data: "" } };
    const messages = [{ role: "user", content: [picture, { type: "text", text: SAY }] }];
    const response = await post(model, "messages", { ...CLAUDE, system, messages });
    expect(await response.json()).toEqual({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-opus-4-8",
      content: [{ type: "text", text: SAID }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 18, output_tokens: 12 },
    });
    expect(model.requests[0]).toMatchObject({
      providerVariant: "anthropic",
      instructions: "Be brief.",
      imageInputCount: 1,
    });
  });

  test("a streamed tool call and its continuation", async () => {
    const model = await start();
    const ask = { role: "user", content: "Use the ping tool with host=a." };
    const asked = { ...CLAUDE, stream: true, messages: [ask], tools: [TOOL] };
    const all = await events(await post(model, "messages", asked));
    expect(all.map(({ event, data }) => event === data.type)).not.toContain(false);
    expect(all.map(({ data }) => data)).toMatchObject([
      { type: "message_start", message: { role: "assistant", content: [], stop_reason: null } },
      {
        type: "content_block_start",
        index: 0,
        content_block: { type: "tool_use", id: "toolu_1_0", name: "ping", input: {} },
      },
      { type: "content_block_delta", delta: { type: "input_json_delta", partial_json: '{"host":"a"}' } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 11 } },
      { type: "message_stop" },
    ]);
    const call = { type: "tool_use", id: "toolu_1_0", name: "ping", input: { host: "a" } };
    const thoughts = { type: "thinking", thinking: THOUGHTS, signature: "sig_1" };
    const result = {
      type: "tool_result",
      tool_use_id: "toolu_1_0",
      content: [{ type: "text", text: "pong" }],
    };
    const messages = [
      ask,
      { role: "assistant", content: [thoughts, call] },
      { role: "user", content: [result] },
    ];
    const response = await post(model, "messages", { ...CLAUDE, messages, tools: [TOOL] });
    expect(await response.json()).toMatchObject({
      content: [{ type: "text", text: "The ping tool answered: pong" }],
    });
    expect(model.requests.at(-1)).toMatchObject({ toolOutput: "pong", prompt: ask.content });
  });

  test("thoughts come signed, before the text", async () => {
    const model = await start({ rules: [{ reply: "done", reasoning: THOUGHTS }] });
    const asked = { ...CLAUDE, stream: true, messages: [{ role: "user", content: "go" }] };
    const all = (await events(await post(model, "messages", asked))).map(({ data }) => data);
    const deltas = all.flatMap(({ delta }) => (delta ? [delta as Record<string, string>] : []));
    expect(deltas.map(({ thinking = "" }) => thinking).join("")).toBe(THOUGHTS);
    expect(deltas.map(({ type }) => type)).toEqual([
      "thinking_delta",
      "thinking_delta",
      "signature_delta",
      "text_delta",
      undefined,
    ]);
  });

  test("what is no such request, and what is to fail, is refused in the form of that API", async () => {
    const model = await start({ rules: [{ fail: { status: 529, message: "busy" } }] });
    const messages = [{ role: "user", content: "go" }];
    const refused = async (body: object) => {
      const response = await post(model, "messages", body);
      return [response.status, await response.json()];
    };
    const error = (type: string, message: string) => ({ type: "error", error: { type, message } });
    expect(await refused({ model: "m", messages })).toEqual([
      400,
      error("invalid_request_error", "max_tokens: field required"),
    ]);
    expect(await refused({ ...CLAUDE, messages: [] })).toEqual([
      400,
      error("invalid_request_error", "messages: at least one message is required"),
    ]);
    expect(await refused({ ...CLAUDE, messages })).toEqual([529, error("overloaded_error", "busy")]);
  });
});

describe("an answer that fails after its thoughts", () => {
  const fail = { status: 500, message: "broken", reasoning: "so far so good" };

  test.each([
    [
      "messages",
      "error",
      { error: { type: "api_error", message: "broken" } },
      ["text_delta", "message_stop"],
    ],
    [
      "responses",
      "response.failed",
      { response: { status: "failed", error: { message: "broken" } } },
      ["response.completed"],
    ],
    ["chat/completions", undefined, { error: { type: "server_error", message: "broken" } }, ["[DONE]"]],
  ])("over %s ends with %s", async (path, event, data, missing) => {
    const model = await start({ rules: [{ fail }] });
    const said = [{ role: "user", content: "go" }];
    const asked = { model: "m", stream: true, max_tokens: 9, messages: said, input: said };
    const response = await post(model, path, asked);
    expect(response.status).toBe(200);
    const text = await response.text();
    for (const word of missing) expect(text).not.toContain(word);
    expect(text).toContain("so far so good");
    const last = text.trim().split("\n\n").at(-1) ?? "";
    expect(/^event: (.*)$/m.exec(last)?.[1]).toBe(event);
    expect(JSON.parse(/^data: (.*)$/m.exec(last)?.[1] ?? "")).toMatchObject(data);
    expect((await post(model, path, { ...asked, stream: false })).status).toBe(500);
  });
});

describe("the server", () => {
  test.each([
    ["chat/completions", "{", 400, "Malformed JSON body"],
    ["chat/completions", "[]", 400, "the body must be a JSON object"],
    ["chat/completions", { messages: [] }, 400, "you must provide a model parameter"],
    ["chat/completions", { model: "m" }, 400, "'messages' must be a non-empty array"],
    ["responses", { model: "m", input: 7 }, 400, "'input' must be a string or an array"],
    ["nowhere", {}, 404, "unknown path /v1/nowhere"],
  ])("%s refuses %j", async (path, body, status, message) => {
    const model = await start();
    const response = await post(model, path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: { message, type: "invalid_request_error", param: null, code: null },
    });
    expect((await fetch(`${model.baseUrl}/healthz`)).status).toBe(200);
  });

  test("odd shapes inside a request do not break it", async () => {
    const model = await start();
    const messages = [
      null,
      7,
      { role: "assistant", tool_calls: [{ function: { arguments: "{" } }] },
      { role: "user" },
    ];
    expect(await chat(model, "", { messages, tools: [{}, null, { function: { name: 1 } }] })).toBe("OK.");
  });

  test("models, readiness and what was recorded", async () => {
    const model = await start();
    expect((await fetch(`${model.baseUrl}/readyz`, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(`${model.v1Url}/chat/completions`)).status).toBe(405);
    expect(await (await fetch(`${model.v1Url}/models`)).json()).toMatchObject({ data: [{ id: "mock-1" }] });
    const last = () => fetch(`${model.baseUrl}/debug/last-request`).then((response) => response.json());
    expect(await last()).toBeNull();
    await chat(model, "Use the ping tool with host=a.", { tools: [PING] });
    expect(await last()).toMatchObject({
      prompt: "Use the ping tool with host=a.",
      allInputText: "Use the ping tool with host=a.",
      instructions: "",
      toolOutput: "",
      model: "mock-1",
      providerVariant: "unknown",
      imageInputCount: 0,
      plannedToolName: "ping",
      plannedToolArgs: { host: "a" },
      toolNames: ["ping"],
      rule: "instructions: call-tool",
    });
    const all = (await (await fetch(`${model.baseUrl}/debug/requests`)).json()) as unknown[];
    expect(all).toHaveLength(1);
  });

  test("a client that leaves while it waits is noticed", async () => {
    const model = await start({ rules: [{ hang: true }] });
    const controller = new AbortController();
    const asked = chat(model, "hello", {}, controller.signal);
    await seen(model, "planned");
    expect(model.inHand).toEqual({ working: 0, held: 1 });
    controller.abort();
    await expect(asked).rejects.toThrow();
    await seen(model, "aborted");
    expect(model.inHand).toEqual({ working: 0, held: 0 });
  });
});

describe("a script", () => {
  test("the first rule that matches and is not used up answers", async () => {
    const model = await start({
      rules: [
        { match: { lastUser: "weather" }, times: 1, reply: "sunny" },
        { match: { textMatches: "^be kind[^]*weather" }, reply: "rain" },
        { match: { tool: "ping" }, toolCalls: [{ name: "ping", arguments: { n: 1 } }], times: 1 },
        { match: { tool: "ping" }, toolCalls: [{ name: "other" }] },
        { match: { turn: 2, model: "mock-1" }, reply: "second turn" },
        { name: "limit", match: { text: "expensive" }, fail: { status: 429, message: "slow down" } },
      ],
      fallback: "error",
    });
    const kind = {
      messages: [
        { role: "system", content: "be kind" },
        { role: "user", content: "weather?" },
      ],
    };
    expect(await chat(model, "weather?")).toBe("sunny");
    expect(await chat(model, "", kind)).toBe("rain");
    expect(await chat(model, "weather?")).toBe(
      "400 no rule of the scenario's qa-model block matches this request (model mock-1, turn 1)",
    );
    const ping = await post(model, "chat/completions", {
      model: "m",
      messages: [{ role: "user", content: "x" }],
      tools: [PING],
    });
    expect(await ping.json()).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { name: "ping" } }] } }],
    });
    expect(await chat(model, "x", { tools: [PING] })).toBe("The other tool is not available.");
    const history = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ];
    expect(await chat(model, "", { messages: history })).toBe("second turn");
    expect(await chat(model, "expensive")).toBe("429 slow down");
    expect(model.requests.at(-1)?.rule).toBe("limit");
  });

  test("a rule may give thoughts without a word of reply", async () => {
    const model = await start({ rules: [{ reply: "", reasoning: "Let me think." }] });
    const messages = [{ role: "user", content: "hello" }];
    const body = { model: "mock-1", messages, input: "hello" };
    const whole = await (await post(model, "chat/completions", body)).json();
    expect(whole).toMatchObject({
      choices: [{ message: { content: "", reasoning_content: "Let me think." }, finish_reason: "stop" }],
    });
    const chunks = await events(await post(model, "chat/completions", { ...body, stream: true }));
    const deltas = chunks.flatMap(({ data }) => (data.choices as { delta: object }[] | undefined) ?? []);
    expect(deltas.map(({ delta }) => delta)).toEqual([
      { role: "assistant", content: "", refusal: null },
      { reasoning_content: "Let me think." },
      {},
    ]);
    const streamed = await events(await post(model, "responses", { ...body, stream: true }));
    expect(streamed.at(-1)?.data).toMatchObject({
      response: {
        output: [
          { type: "reasoning", summary: [{ type: "summary_text", text: "Let me think." }] },
          { type: "message", content: [{ text: "" }] },
        ],
      },
    });
  });

  test("without a match the instruction-following model answers", async () => {
    const model = await start({ rules: [{ match: { system: "nothing" }, reply: "x" }] });
    expect(await chat(model, SAY)).toBe(SAID);
  });

  test("stream, delay and usage are as written", async () => {
    const model = await start({
      rules: [
        {
          reply: "👍👍ab",
          delayMs: 1,
          stream: { chunkChars: 1, chunkDelayMs: 1 },
          usage: { inputTokens: 7, outputTokens: 9 },
        },
      ],
    });
    const body = { model: "mock-1", stream: true, input: "x" };
    const all = await events(await post(model, "responses", body));
    expect(all.flatMap(({ data }) => data.delta ?? [])).toEqual(["👍", "👍", "a", "b"]);
    expect(all.at(-1)?.data).toMatchObject({ response: { usage: { input_tokens: 7, output_tokens: 9 } } });
  });
});

describe("holding", () => {
  test("a rule's answer waits for its release, others do not", async () => {
    const model = await start({ rules: [{ match: { text: "slow" }, hold: "gate", reply: "late" }] });
    const order: string[] = [];
    const held = chat(model, "slow").then((text) => order.push(text));
    await seen(model, "held");
    order.push(await chat(model, "Reply exactly: quick"));
    model.release("gate");
    await held;
    order.push(await chat(model, "slow"));
    expect(order).toEqual(["quick", "late", "late"]);
  });

  test("a hold that no rule has holds nothing, and is an error that names those there are", async () => {
    const model = await start({ rules: [{ match: { text: "slow" }, hold: "gate", reply: "late" }] });
    for (const call of [() => model.hold("gaet"), () => model.release("gaet")])
      expect(call).toThrow(
        expect.objectContaining({
          message: "no rule of the scenario's model script has `hold: gaet`",
          code: "bad-argument",
          fault: "scenario",
          hint: "Did you mean `gate`?",
        }),
      );
    model.hold("gate");
    await expect(start().then((plain) => plain.hold("gate"))).rejects.toMatchObject({ fault: "scenario" });
  });

  test("hold stops every answer until release", async () => {
    const model = await start();
    model.hold();
    const held = chat(model, "hello");
    await seen(model, "held");
    expect(model.requests).toMatchObject([{ prompt: "hello", status: "held" }]);
    model.release();
    expect(await held).toBe("OK.");
  });

  test("a continuation can be stopped once, and a client may leave meanwhile", async () => {
    const model = await start();
    const { held, release } = model.holdNextContinuation();
    const call = { id: "c", type: "function", function: { name: "ping", arguments: "{}" } };
    const messages = [
      { role: "user", content: "Use the ping tool." },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "pong" },
    ];
    expect(await chat(model, "hello")).toBe("OK.");
    const controller = new AbortController();
    const stopped = chat(model, "", { messages }, controller.signal);
    expect(await held).toMatchObject({ toolOutput: "pong" });
    expect(await chat(model, "", { messages })).toBe("The ping tool answered: pong");
    controller.abort();
    await expect(stopped).rejects.toThrow();
    await seen(model, "aborted");
    release();
  });
});

test("the pages that upstream's scenarios read: requests since a cursor, and the pictures that were asked for", async () => {
  const model = await start();
  const page = async (path: string) => (await fetch(`${model.baseUrl}/debug/${path}`)).json();
  await chat(model, "first");
  const { cursor } = (await page("request-cursor")) as { cursor: number };
  await chat(model, "second");
  expect(await page(`requests?after=${cursor}`)).toMatchObject([{ prompt: "second" }]);
  expect(await page("requests?after=no-number")).toHaveLength(2);
  await post(model, "images/generations", { model: "gpt-image-1", prompt: "a lighthouse" });
  expect(await page("image-generations")).toEqual([{ model: "gpt-image-1", prompt: "a lighthouse" }]);
  model.reset();
  expect([await page("requests"), await page("image-generations")]).toEqual([[], []]);
});
