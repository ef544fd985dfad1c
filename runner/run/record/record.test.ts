import { expect, test } from "vitest";
import { Budget } from "./budget.ts";
import { Calls } from "./calls.ts";
import { Prompts } from "./prompt.ts";
import { KnownState } from "./state.ts";

const asIs = <T>(value: T): T => value;

function recorded() {
  const events: Record<string, unknown>[] = [];
  const calls = new Calls({ emit: (event) => events.push({ ...event }), onAnswer: () => {} });
  const ask = (answer: unknown, method = "skills.status") => calls.called("call", [method, {}])({ answer });
  return { events, calls, ask };
}

test("a question that a wait asks again and again is in the record when its answer changes", () => {
  const { events, ask } = recorded();
  for (const answer of ["off", "off", "off", "off", "on"]) ask({ answer });
  expect(events.map(({ type, call, answer, same }) => [type, call, answer ?? same])).toEqual([
    ["gateway-call", 1, undefined],
    ["gateway-answer", 1, '{"answer":"off"}'],
    ["gateway-call", 2, undefined],
    ["gateway-answer", 2, 1],
    ["gateway-call", 3, undefined],
    ["gateway-answer", 3, '{"answer":"on"}'],
  ]);
});

test("a call without an answer and one that is refused are both there", () => {
  const { events, calls } = recorded();
  calls.called("call", ["agent.wait", { runId: "r1" }]);
  calls.called("restart", [])({ error: new Error("it did not come back") });
  calls.called("logs", [])({ answer: "what is known anyway" });
  expect(events).toEqual([
    { type: "gateway-call", call: 1, via: "rpc", method: "agent.wait", params: '{"runId":"r1"}' },
    { type: "gateway-call", call: 2, via: "process", method: "restart" },
    { type: "gateway-answer", call: 2, failed: true, answer: "it did not come back" },
  ]);
});

test("a request to the model is told by what is new in it", () => {
  const prompts = new Prompts();
  const ask = (serial: number, instructions: string, texts: string[], tools: string[] = ["read"]) =>
    prompts.difference(
      {
        ...{ model: "mock-1", stream: true, includeUsage: true, imageInputCount: 0, instructions },
        messages: texts.map((text) => ({ role: "user", text })),
        tools: tools.map((name) => ({ name, parameters: {} })),
      },
      serial,
    );
  expect(ask(1, "Be kind.\nBe brief.", ["one"])).toEqual({
    kept: 0,
    messages: [
      { role: "system", text: "Be kind.\nBe brief." },
      { role: "user", text: "one" },
    ],
    tools: ["read"],
  });
  // Another conversation between the two turns of the first one.
  expect(ask(2, "Be kind.\nBe brief.", ["else"])).toMatchObject({ follows: 1, kept: 0 });
  expect(ask(3, "Be kind.\nUse skills.", ["one", "two"], ["read", "cron"])).toEqual({
    follows: 1,
    kept: 1,
    messages: [
      { role: "system-change", text: "- Be brief.\n+ Use skills." },
      { role: "user", text: "two" },
    ],
    tools: ["read", "cron"],
  });
});

test("the state is known from the config file and from answers, as differences", () => {
  const state = new KnownState(asIs);
  state.config("{ a: { b: 1 }, gone: true }");
  state.answered(
    "skills.status",
    { agentId: "qa" },
    { skills: [{ name: "tide", eligible: true, path: "/x" }] },
  );
  expect(state.take()).toEqual([
    { area: "config", path: "a.b", after: "1" },
    { area: "config", path: "gone", after: "true" },
    { area: "skills", path: "tide", after: "eligible true" },
  ]);
  state.config("{ half");
  state.config("{ a: { b: 2 } }");
  state.answered("skills.status", { agentId: "qa" }, { skills: [] });
  expect(state.take()).toEqual([
    { area: "config", path: "a.b", before: "1", after: "2" },
    { area: "config", path: "gone", before: "true" },
    { area: "skills", path: "tide", before: "eligible true" },
  ]);
  expect(state.take()).toEqual([]);
});

test("an attempt leaves so many events of a type, and counts the others", () => {
  const budget = new Budget();
  const taken = Array.from({ length: 1_500 }, () => budget.take("gateway-log", 10));
  expect(taken.filter(({ fits }) => fits)).toHaveLength(1_000);
  expect(taken.filter(({ isFirstLeft }) => isFirstLeft)).toHaveLength(1);
  expect(budget.take("channel-event", 64 * 1024 * 1024)).toEqual({ fits: false, isFirstLeft: true });
  expect(budget.take("channel-event", 10)).toMatchObject({ fits: true });
  expect(budget.cut).toEqual([
    { what: "gateway-log", kept: 1_000, left: 500 },
    { what: "channel-event", kept: 1, left: 1 },
  ]);
});
