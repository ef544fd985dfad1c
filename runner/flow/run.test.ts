import { describe, expect, it } from "vitest";
import { BlockedError, QaError, SkipError } from "../base/errors.ts";
import { currentSignal } from "./current-signal.ts";
import { FlowError } from "./run/failure.ts";
import type { FlowOptions } from "./run/run.ts";
import {
  compileOrThrow,
  FOREIGN,
  flowOfActions,
  flowOfMarkdown,
  OWN,
  run,
  type TestRun,
} from "./testing/flows.ts";

/** Runs one step with these actions; `got` is what the flow handed to `report`. */
async function runStep(actions: string, options: Partial<FlowOptions> = {}, stepLines: string[] = []) {
  const got: unknown[] = [];
  const report = (...values: unknown[]): void => void got.push(...values);
  const vocabulary = { ...OWN.vocabulary, report: { ...REPORT }, fail: REPORT, hang: REPORT, sleep: SLEEP };
  const flow = compileOrThrow(flowOfActions(actions, ...stepLines), { ...OWN, vocabulary });
  // Not spread: an API may have getters.
  const api = Object.assign(options.api ?? {}, { report });
  const result = await run(flow, { ...options, api });
  return { ...result, got };
}

const REPORT = {
  kind: "function",
  summary: "",
  subject: "test",
  params: {},
  positional: [{ name: "values", takes: "rest", optional: false }],
  returns: {},
} as const;
const SLEEP = { ...REPORT, budgetMs: ({ values }: { values: number[] }) => Number(values[0]) };

/** Never ends on its own, like a wait for something that does not come. */
const hang = () => new Promise<never>(() => {});

function failureOf({ error }: TestRun): FlowError {
  expect(error).toBeInstanceOf(FlowError);
  return error as FlowError;
}

describe("values", () => {
  it("are literal, computed or referred to, at any depth", async () => {
    const { got } = await runStep(
      `- set: base
  value: { list: [1, null, true, text], nested: { expr: "1 + 1" } }
- call: report
  args:
    - ref: base
    - [{ ref: base.list.length }, { ref: base.nothing.here }, { expr: "await Promise.resolve(3)" }]
    - { ref: config.name, other: literal }`,
      { config: { name: "n" } },
    );
    expect(got[0]).toEqual({ list: [1, null, true, "text"], nested: 2 });
    expect(got[1]).toEqual([4, undefined, 3]);
    expect(got[2]).toEqual({ ref: "config.name", other: "literal" });
  });

  it("are made again each time", async () => {
    const { got } = await runStep(
      `- forEach:
    items: [1, 2]
    item: round
    actions:
      - set: list
        value: []
      - call: list.push
        args: [{ ref: round }]
      - call: report
        args: [{ ref: list }]`,
    );
    expect(got).toEqual([[1], [2]]);
  });

  it("lambdas see later sets and keep the item they were made for", async () => {
    const { got } = await runStep(
      `- set: makers
  value: []
- set: factor
  value: 1
- forEach:
    items: [1, 2]
    item: entry
    actions:
      - call: makers.push
        args: [{ lambda: { params: [extra], expr: entry * factor + extra } }]
- set: factor
  value: 10
- call: report
  args: [{ expr: "makers.map((make) => make(5))" }]`,
    );
    expect(got).toEqual([[15, 25]]);
  });

  it("inner functions of an expression see later sets too, and an async lambda may await", async () => {
    const { got } = await runStep(
      `- set: read
  value: { expr: "() => later" }
- set: add
  value: { lambda: { params: [a, b], async: true, expr: "await a + b" } }
- set: later
  value: now
- call: report
  args: [{ expr: read() }, { expr: "add(Promise.resolve(1), 2)" }]`,
    );
    expect(got).toEqual(["now", 3]);
  });

  it("vars is the live map of the variables, in both directions", async () => {
    const { got } = await runStep(
      `- set: a
  value: 1
- set: ignored
  value: { expr: "(vars.b = vars.a + 1, a = 5)" }
- call: report
  args: [{ expr: "[a, b, vars.a, Object.keys(vars).sort()]" }]`,
    );
    expect(got).toEqual([[5, 2, 5, ["a", "b", "ignored"]]]);
  });
});

describe("statements", () => {
  it("call binds this to the parent and saves the result", async () => {
    class Counter {
      #count = 0;
      next = { step: 2 };
      add(): number {
        this.#count += this.next.step;
        return this.#count;
      }
    }
    const { got, statements } = await runStep(
      "- call: transport.add\n- call: transport.add\n  saveAs: total\n- call: report\n  args: [{ ref: total }]",
      { api: { transport: new Counter() } },
    );
    expect(got).toEqual([4]);
    expect(statements).toEqual(["call transport.add", "call transport.add", "call report"]);
  });

  it("the transport shorthands call the transport with their value", async () => {
    const sent: unknown[] = [];
    const transport = {
      sendInbound: (message: unknown) => sent.push(message),
      waitForOutbound: async (wanted: unknown) => ({ wanted, text: "hi" }),
    };
    const { status } = await runStep(
      `- sendInbound: { text: { expr: "'a' + 'b'" } }
- waitForOutbound: { textIncludes: hi }
  saveAs: reply
- assert: reply.text === 'hi'
- resetTransport: true`,
      { api: { transport, resetTransport: () => sent.push("reset") } },
    );
    expect([status, sent]).toEqual(["passed", [{ text: "ab" }, "reset"]]);
  });

  it("if takes one branch, forEach goes in order with an index", async () => {
    const { got } = await runStep(
      `- forEach:
    items: { expr: "['a', 'b', 'c']" }
    item: letter
    index: at
    actions:
      - if:
          expr: at % 2 === 0
          then: [{ call: report, args: [{ ref: letter }, { ref: at }] }]
          else: [{ call: report, args: [odd] }]`,
    );
    expect(got).toEqual(["a", 0, "odd", "c", 2]);
  });

  it("names of a block end with it, and hide a variable only inside", async () => {
    const { got } = await runStep(
      `- set: word
  value: outer
- forEach:
    items: [inner]
    item: word
    actions:
      - call: report
        args: [{ ref: word }, { expr: word }]
      - set: word
        value: changed
      - call: report
        args: [{ expr: word }]
- call: report
  args: [{ ref: word }, { expr: "typeof gone" }]`,
    );
    expect(got).toEqual(["inner", "inner", "changed", "outer", "undefined"]);
  });

  it("forEach wants a list", async () => {
    const result = await runStep(
      '- forEach:\n    items: { expr: "({})" }\n    item: x\n    actions: [{ call: report }]',
    );
    expect(failureOf(result)).toMatchObject({ code: "not-a-list", fault: "scenario", position: { line: 7 } });
  });

  it("try hands the thrown error to catch as it was, and finally runs after it", async () => {
    const thrown = new TypeError("from the action");
    const { got, status } = await runStep(
      `- try:
    actions:
      - call: fail
    catchAs: caught
    catch:
      - call: report
        args: [{ ref: caught }, { expr: "caught instanceof TypeError && caught instanceof Error && !(caught instanceof RangeError)" }]
    finally:
      - call: report
        args: [cleaned]`,
      { api: { fail: () => Promise.reject(thrown) } },
    );
    expect(status).toBe("passed");
    expect(got[0]).toBe(thrown);
    expect(got.slice(1)).toEqual([true, "cleaned"]);
  });

  it("without catch the error goes on after finally, and one in finally is only noted", async () => {
    const result = await runStep(
      "- try:\n    actions: [{ throw: first }]\n    finally: [{ call: report, args: [cleaned] }, { throw: second }]",
    );
    expect(result.got).toEqual(["cleaned"]);
    expect(failureOf(result)).toMatchObject({ code: "scenario-threw", message: "first" });
    expect(result.cleanupProblems).toEqual(["finally, at `throw`: second"]);
  });

  it.each([
    ["- throw: words", "scenario-threw", "product", "words"],
    ["- throw: { message: { expr: \"'com' + 'puted'\" } }", "scenario-threw", "product", "computed"],
    ["- throw: { expr: \"'text'\", message: unused }", "scenario-threw", "product", "text"],
    ['- throw: { expr: "({})", message: instead }', "scenario-threw", "product", "instead"],
    ["- throw: {}", "scenario-threw", "product", "the scenario ended itself with `throw`"],
    ["- throw: { expr: \"new Error('made')\" }", "scenario-threw", "product", "made"],
  ])("%s", async (actions, code, fault, message) => {
    expect(failureOf(await runStep(actions))).toMatchObject({ code, fault, message });
  });

  it("throw passes a caught error on as it is", async () => {
    const known = new QaError("port in use", { code: "port-in-use", fault: "environment", hint: "Free it." });
    const result = await runStep(
      "- try:\n    actions: [{ call: fail }]\n    catchAs: e\n    catch: [{ throw: { expr: e } }]",
      { api: { fail: () => Promise.reject(known) } },
    );
    expect(failureOf(result)).toMatchObject({
      code: "port-in-use",
      fault: "environment",
      hint: "Free it.",
      thrown: known,
    });
  });
});

describe("assert", () => {
  it("shows what it was made of, without computing it again", async () => {
    let calls = 0;
    const result = await runStep(
      `- set: reply
  value: { text: hello, list: [1, 2] }
- assert: reply.text.includes(config.wanted) && state.getSnapshot() > 0 && reply.list.length > 3`,
      { config: { wanted: "hell" }, api: { state: { getSnapshot: () => ++calls } } },
    );
    expect(calls).toBe(1);
    expect(failureOf(result)).toMatchObject({
      code: "assertion-failed",
      fault: "product",
      message:
        "not true: reply.text.includes(config.wanted) && state.getSnapshot() > 0 && reply.list.length > 3",
      position: { line: 9, column: 17 },
      evidence: {
        values: [
          { expression: "reply.text", value: "'hello'" },
          { expression: "config.wanted", value: "'hell'" },
          { expression: "reply.list.length", value: "2" },
        ],
      },
    });
  });

  it.each([
    ["(await report()) === 'ready' // why", "'ready'", "undefined"],
    ["'ready' === config.status", "'ready'", "'starting'"],
    ["config.count /* messages */ >= (3 + 1)", ">= 4", "2"],
    ["config.status !== 'starting'", "anything but 'starting'", "'starting'"],
    ["config.count == '3'", "'3'", "2"],
  ])("%s shows both sides", async (expression, expected, seen) => {
    const result = await runStep(`- assert: |-\n    ${expression}`, {
      config: { status: "starting", count: 2 },
    });
    expect(failureOf(result).evidence).toMatchObject({ expected, seen });
  });

  it.each(["1 === 1", "'2' == 2", "3 !== 4", "null != 1", "1 < 2", "2 <= 2", "3 > 2", "3 >= 3"])(
    "%s holds",
    async (expression) => {
      expect(await runStep(`- assert: ${JSON.stringify(expression)}`)).toMatchObject({ status: "passed" });
    },
  );

  it("takes its message from the scenario, but never lets it hide the failure", async () => {
    const message = (value: string) => runStep(`- assert: { expr: "!config", message: ${value} }`);
    expect(failureOf(await message("plain"))).toMatchObject({ message: "plain" });
    expect(failureOf(await message("{ expr: \"'got ' + typeof config\" }"))).toMatchObject({
      message: "got object",
    });
    expect(failureOf(await message("{ expr: 'config.no.thing' }"))).toMatchObject({
      code: "assertion-failed",
      message: "not true: !config",
      details: expect.stringContaining("could not be computed"),
    });
  });
});

describe("errors", () => {
  it("in an expression name the scenario's own line and column", async () => {
    const result = await runStep(
      `- set: text
  value:
    expr: |-
      [1, 2].map((number) => ({
        number,
        length: config.missing.length,
      }))`,
    );
    expect(failureOf(result)).toMatchObject({
      code: "expression-failed",
      fault: "scenario",
      message: expect.stringContaining("reading 'length'"),
      position: { line: 12, column: 38 },
      statement: "set text",
    });
    expect(failureOf(result).stackLines[0]).toMatch(/scenario\.md:12:38\)?$/);
  });

  it("in a lambda are found there, not at the action that called it", async () => {
    const call = async (check: () => unknown) => check();
    const result = await runStep('- call: fail\n  args:\n    - lambda: { expr: "config.a.b" }', {
      api: { fail: call },
    });
    expect(failureOf(result)).toMatchObject({
      code: "expression-failed",
      position: { line: 9 },
      statement: "call fail",
    });
  });

  it("say which variable no statement has set", async () => {
    const result = await runStep(
      "- if:\n    expr: config.no\n    then: [{ set: late, value: 1 }]\n- assert: late === 1",
    );
    expect(failureOf(result)).toMatchObject({
      message: "late is not defined",
      hint: "No statement that sets `late` has run before this one.",
      position: { line: 10, column: 17 },
    });
  });

  /** As a late error of an imported helper has it: its stack says nothing of the flow. */
  function thrownIn(place: string): TypeError {
    const error = new TypeError("Cannot read properties of undefined");
    error.stack = `TypeError: x\n    at JSON.parse (<anonymous>)\n    at later (${place}:1:90)`;
    return error;
  }

  function tooDeep(): unknown {
    let value = {};
    for (let depth = 0; depth < 100_000; depth += 1) value = { value };
    try {
      return JSON.stringify(value);
    } catch (error) {
      return error;
    }
  }

  it.each([
    [new Error("no reply"), "action-failed", "product"],
    [new RangeError("bad index"), "action-failed", "harness"],
    [thrownIn("/packs/mine/helper.mjs"), "action-failed", "scenario"],
    [thrownIn("file:///packs/mine/a%20helper.mjs"), "action-failed", "scenario"],
    [thrownIn("file://elsewhere/helper.mjs"), "action-failed", "harness"],
    [thrownIn("/packs/node_modules/some-package/index.js"), "action-failed", "harness"],
    [tooDeep(), "action-failed", "scenario"],
    ["just text", "action-failed", "product"],
    [
      new QaError("crashed", { code: "gateway-crashed", fault: "product", details: "log" }),
      "gateway-crashed",
      "product",
    ],
  ])("of an action: %s", async (thrown, code, fault) => {
    const result = await runStep("- call: fail", { api: { fail: () => Promise.reject(thrown) } });
    expect(failureOf(result)).toMatchObject({ code, fault, thrown, position: { line: 7, column: 9 } });
  });

  it("a path that leads to nothing callable", async () => {
    const result = await runStep("- call: transport.pause", { api: { transport: {} } });
    expect(failureOf(result)).toMatchObject({ code: "callable-not-found", fault: "scenario" });
  });

  it("an expression that never ends is stopped, even inside a lambda", async () => {
    const limits = { actionMs: 30_000, stepMs: 30_000, cleanupMs: 1000, evaluationMs: 30 };
    const endless = "(() => { while (true); })()";
    expect(failureOf(await runStep(`- assert: ${endless}`, { limits }))).toMatchObject({
      code: "expression-timeout",
    });
    const inLambda = await runStep(`- call: fail\n  args: [{ lambda: { expr: "${endless}" } }]`, {
      limits,
      api: { fail: (check: () => unknown) => check() },
    });
    expect(failureOf(inLambda)).toMatchObject({ code: "expression-timeout", fault: "scenario" });
  });
});

describe("steps", () => {
  const TWO_STEPS = `
\`\`\`yaml qa-flow
steps:
  - name: first
    actions: [{ call: reset }]
    detailsExpr: DETAILS
  - name: second
    actions: [{ call: reset }]
\`\`\``;

  it.each([
    ["undefined", undefined],
    ["'as it is'", "as it is"],
    ["1.5", "1.5"],
    ["true", "true"],
    ["10n", "10"],
    ["({ a: [1] })", '{\n  "a": [\n    1\n  ]\n}'],
  ])("detailsExpr %s", async (expression, details) => {
    const flow = compileOrThrow(flowOfMarkdown(TWO_STEPS.replace("DETAILS", JSON.stringify(expression))));
    const result = await run(flow, { api: { reset() {} } });
    expect(result).toMatchObject({ status: "passed", notReached: [] });
    expect(result.steps[0]?.details).toBe(details);
  });

  it("a failing detailsExpr fails its step, and the rest is not reached", async () => {
    const flow = compileOrThrow(flowOfMarkdown(TWO_STEPS.replace("DETAILS", "config.a.b")));
    const result = await run(flow, { api: { reset() {} } });
    expect(result).toMatchObject({ status: "failed", steps: [{ status: "failed" }], notReached: ["second"] });
    expect(failureOf(result)).toMatchObject({
      statement: "detailsExpr",
      step: { index: 0, name: "first" },
      position: { line: 6 },
    });
  });

  it.each([
    [new SkipError("no key"), "skipped"],
    [new BlockedError("self-update", "cannot update"), "blocked"],
  ])("%s ends the flow, whatever catches it", async (thrown, status) => {
    const result = await runStep(
      "- try: { actions: [{ call: fail }], catch: [{ call: report, args: [swallowed] }] }",
      {
        api: { fail: () => Promise.reject(thrown) },
      },
    );
    expect(result).toMatchObject({ status, got: [], steps: [{ status }] });
  });

  it("report to the observer what happens, in order", async () => {
    const events: string[] = [];
    const flow = compileOrThrow(flowOfMarkdown(TWO_STEPS.replace("DETAILS", "config.name")));
    await run(flow, {
      api: { reset() {} },
      observer: {
        stepStarted: (index) => events.push(`${index}`),
        statementStarted: ({ label, position: { line } }) => events.push(`${label} ${line}`),
        statementEnded: ({ position: { line } }, threw) => events.push(`${line} ${threw}`),
        stepFinished: (index, { status }) => events.push(`${index} ${status}`),
      },
    });
    expect(events).toEqual([
      "0",
      "call reset 5",
      "5 false",
      "0 passed",
      "1",
      "call reset 8",
      "8 false",
      "1 passed",
    ]);
  });
});

describe("limits", () => {
  const limits = { actionMs: 60_000, stepMs: 60_000, cleanupMs: 60_000 };

  it("an action that hangs is ended and its signal fires", async () => {
    let signal: AbortSignal | undefined;
    const result = await runStep("- call: hang", {
      limits: { ...limits, actionMs: 20 },
      api: {
        hang: async () => {
          await null;
          signal = currentSignal();
          return hang();
        },
      },
    });
    expect(failureOf(result)).toMatchObject({
      code: "action-timeout",
      fault: "product",
      statement: "call hang",
    });
    expect(signal?.aborted).toBe(true);
  });

  it("an action's own budget wins over the limits, even when an expression calls it", async () => {
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const result = await runStep(
      "- call: sleep\n  args: [100]\n- set: slept\n  value: { expr: await sleep(100) }",
      {
        limits: { ...limits, actionMs: 20, stepMs: 20 },
        api: { sleep },
      },
    );
    expect(result.error).toBeUndefined();
  });

  it("a step that hangs says where; catch does not run, finally does, with a live signal", async () => {
    const signals: boolean[] = [];
    const result = await runStep(
      `- try:
    actions: [{ call: hang }]
    catch: [{ call: report, args: [swallowed] }]
    finally: [{ call: fail }, { call: report, args: [cleaned] }]`,
      { api: { hang, fail: () => signals.push(currentSignal().aborted) } },
      ["timeoutMs: 20"],
    );
    expect(failureOf(result)).toMatchObject({
      code: "step-timeout",
      message: "the step did not finish within 20 ms; it was at `call hang`",
      position: { line: 9 },
    });
    expect([result.got, signals]).toEqual([["cleaned"], [false]]);
  });

  it("cleanup that hangs is ended by its own budget and noted", async () => {
    const result = await runStep(
      "- try:\n    actions: [{ call: hang }]\n    finally: [{ call: hang }]",
      { limits: { ...limits, cleanupMs: 20 }, api: { hang } },
      ["timeoutMs: 20"],
    );
    expect(failureOf(result)).toMatchObject({ code: "step-timeout" });
    expect(result.cleanupProblems).toEqual(["finally, at `call hang`: cleanup did not finish within 20 ms"]);
  });

  it("the scenario's signal ends the flow with its reason, and finally still runs", async () => {
    const interrupted = new QaError("interrupted", { code: "interrupted", fault: "environment" });
    const controller = new AbortController();
    const result = await runStep(
      "- try:\n    actions: [{ call: hang }]\n    catch: [{ call: report, args: [swallowed] }]\n    finally: [{ call: report, args: [cleaned] }]",
      {
        signal: controller.signal,
        api: {
          hang: () => {
            controller.abort(interrupted);
            return hang();
          },
        },
      },
    );
    expect(failureOf(result)).toMatchObject({
      code: "interrupted",
      fault: "environment",
      thrown: interrupted,
    });
    expect(result.got).toEqual(["cleaned"]);
  });

  it("a flow whose signal has already fired starts nothing", async () => {
    const signal = AbortSignal.abort(new QaError("late", { code: "scenario-timeout", fault: "product" }));
    expect(await runStep("- call: report\n  args: [1]", { signal })).toMatchObject({
      status: "failed",
      got: [],
    });
  });
});

describe("the world of an expression", () => {
  it("has the language and harmless globals, live getters of the API, and nothing of the host", async () => {
    let reads = 0;
    const { got, error } = await runStep(
      `- call: report
  args:
    - expr: "new URL('http://a/b').pathname + btoa('x') + new Map([[1, 2]]).size"
    - expr: "[typeof process, typeof require, typeof setTimeout, typeof globalThis.process]"
    - expr: "[state, state]"
    - expr: "config.tools instanceof Set && config.list instanceof Array"`,
      {
        config: { tools: new Set(), list: [] },
        api: {
          get state() {
            return ++reads;
          },
        },
      },
    );
    expect(error).toBeUndefined();
    expect(got).toEqual(["/beA==1", ["undefined", "undefined", "undefined", "undefined"], [1, 2], true]);
  });

  it("has more with permissions", async () => {
    const permissions = new Set(["process", "import"] as const);
    const actions = "- assert: process.pid > 0 && require('node:os').EOL === (await import('node:os')).EOL";
    expect(await run(compileOrThrow(flowOfActions(actions), { ...OWN, permissions }))).toMatchObject({
      status: "passed",
    });
  });

  it("lets a foreign pack's variable hide an action, and knows aliases", async () => {
    const actions =
      "- call: waitForChannelReady\n  args: [1]\n- set: reset\n  value: mine\n- assert: reset === 'mine'";
    const flow = compileOrThrow(flowOfActions(actions), FOREIGN);
    const api = { reset() {}, waitForQaChannelReady() {} };
    expect(await run(flow, { api })).toMatchObject({ status: "passed" });
  });

  it("is a new one for each run", async () => {
    const flow = compileOrThrow(flowOfActions("- assert: typeof x === 'undefined'\n- set: x\n  value: 1"));
    expect(await run(flow)).toMatchObject({ status: "passed" });
    expect(await run(flow)).toMatchObject({ status: "passed" });
  });
});
