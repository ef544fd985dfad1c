import { describe, expect, test } from "vitest";
import { QaError } from "../base/errors.ts";
import { matches, mismatches } from "./match/match.ts";
import type { Matcher } from "./match/matcher.ts";
import { Unexpected } from "./match/unexpected.ts";
import type { LaterCheck, StatementCall } from "./run/host.ts";
import { compileOrThrow, flowOfMarkdown, OWN, run } from "./testing/flows.ts";

interface Answers {
  [action: string]: (call: StatementCall) => unknown;
}

/** Runs steps, each with these lines, on a host that keeps what it is asked. */
async function runSteps(
  steps: readonly string[],
  answers: Answers = {},
  later: Record<string, LaterCheck> = {},
) {
  const fences = steps.map(
    (lines, index) => `## Step ${index + 1}\n\n\`\`\`yaml qa-step\n${lines}\n\`\`\`\n`,
  );
  const flow = flowOfMarkdown(`# Test\n\n${fences.join("\n")}`);
  const place = "node" in flow ? undefined : flow[0]?.heading;
  const unique = place ? [{ name: "marker", range: place }] : [];
  const calls: StatementCall[] = [];
  const result = await run(
    compileOrThrow(flow, { ...OWN, unique, configKeys: ["count", "list", "empty", "broken"] }),
    {
      config: { count: 3, list: [{ name: "a" }], empty: "", broken: "(" },
      api: { env: { gateway: { pid: 17 } } },
      host: {
        stepStarted: async () => {},
        leaveOut: async () => {},
        async perform(call) {
          calls.push(call);
          const check = later[call.action];
          return { value: answers[call.action]?.(call), later: check ? [check] : [], notes: [] };
        },
      },
    },
  );
  return { ...result, calls, params: calls.map(({ params }) => params) };
}

describe("values in texts", () => {
  test("keep their type alone, are texts among others, and know a literal", async () => {
    const { params, status } = await runSteps([
      `- patchConfig: { whole: "\${config.count}", among: "\${config.count} times", deep: ["\${config.list[0].name}"], literal: "$\${config.count}" }
- patchConfig: { pid: "\${gateway.pid}", sum: { expr: config.count + 1 } }`,
    ]);
    expect(status).toBe("passed");
    expect(params).toEqual([
      { patch: { whole: 3, among: "3 times", deep: ["a"], literal: `\${config.count}` } },
      { patch: { pid: 17, sum: 4 } },
    ]);
  });

  test("a unique one is made up for each run, and is the same in all of it", async () => {
    const lines = `- say: "\${marker}"\n- say: "\${marker}"`;
    const [[one, two], [other]] = [
      (await runSteps([lines])).params,
      (await runSteps([lines])).params,
    ] as const;
    expect(one?.text).toMatch(/^MARKER-[0-9a-f]{8}$/);
    expect(two?.text).toBe(one?.text);
    expect(other?.text).not.toBe(one?.text);
  });

  test("what is saved is there for later steps, and for expressions", async () => {
    const { params } = await runSteps(
      [
        `- say: hello\n  saveAs: said`,
        `- say: "\${said.conversation.id}"\n- say: { expr: said.text.length + '' }`,
      ],
      { say: () => ({ text: "hi", conversation: { id: "room" } }) },
    );
    expect(params.slice(1)).toEqual([{ text: "room" }, { text: "2" }]);
  });

  test("stay as they are where they are the content of a file; what is computed stands alone", async () => {
    const { params } = await runSteps([
      `- gatewayCli: []
  files: { a.js: "\`\${marker}$\${b}\`", a.json: [{ expr: 1 + 1 }, "\${c}"], b.js: { expr: "\`\${config.count}\`" } }
  code: "\${toString()}"`,
    ]);
    expect(params).toEqual([
      {
        args: [],
        files: { "a.js": `\`\${marker}$\${b}\``, "a.json": [{ expr: "1 + 1" }, `\${c}`], "b.js": "3" },
        code: `\${toString()}`,
      },
    ]);
  });

  test("what is saved within a list of statements is there too", async () => {
    const inner = "- expectInOrder:\n    - expectMessage: hello\n      saveAs: one";
    const { params } = await runSteps([`${inner}\n- say: "\${one.text}"`], {
      expectInOrder: ({ params: { events } }) => {
        for (const { save } of events as StatementCall[]) save?.({ text: "kept" });
      },
    });
    expect(params.at(-1)).toEqual({ text: "kept" });
  });

  test("one that is not there fails the statement, and it is the scenario's fault", async () => {
    const { error } = await runSteps([`- say: hello\n  saveAs: said`, `- say: "\${said.conversation.id}"`], {
      say: () => ({ text: "hi" }),
    });
    expect(error).toMatchObject({ code: "no-value", fault: "scenario", position: { line: 13 } });
  });
});

describe("a matcher of a statement", () => {
  test("gets its values and its expressions", async () => {
    const { params } = await runSteps([
      `- expectReply: { allOf: [{ text: { contains: "\${marker}" } }, { text: { expr: it.length > config.count } }] }`,
    ]);
    const matcher = params[0]?.reply as Matcher;
    expect(matcher).toMatchObject({ kind: "allOf" });
    expect(matches(matcher, { text: "none" })).toBe(false);
    const contains = { kind: "contains", matcher: { value: expect.stringMatching(/^MARKER-/) } };
    expect(matcher).toMatchObject({ matchers: [{ members: [["text", contains]] }, {}] });
  });

  test("takes what `equals` holds as data, with the values of its texts", async () => {
    const { params } = await runSteps([
      `- expectSkill: x\n  is: { equals: { expr: it, not: ["\${config.count}", { contains: "$\${x}" }] } }`,
    ]);
    expect(params[0]?.is).toEqual({
      kind: "equals",
      value: { expr: "it", not: [3, { contains: `\${x}` }] },
    });
  });

  test("means by `equals` with a text the text that a text alone stands for", async () => {
    const { params } = await runSteps([
      `- expectReply: { equals: "\${config.list[0].name}" }
- expectReply: { not: { equals: a } }
- expectReply: { not: a }`,
    ]);
    const holds = params.map(({ reply }) =>
      ["a", "b"].map((text) => matches(reply as Matcher, { text, conversation: { id: "c" } })),
    );
    expect(holds).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ]);
    expect(mismatches(params[2]?.reply as Matcher, { text: "a" })).toEqual([
      { path: ["text"], expected: 'not "a"', seen: "a" },
    ]);
  });

  test.each([
    ["{ contains: $empty }", /`contains` got an empty text/],
    ["{ not: { startsWith: $empty } }", /`startsWith` got an empty text/],
    ["{ text: { matches: $broken } }", /`matches` got "\(", which is no pattern/],
    ["{ not: { matches: $empty } }", /`matches` got the pattern "", which every text matches/],
    [
      "{ text: { captures: { pattern: $broken, values: { count: 1 } } } }",
      /`captures` got "\(", which is no/,
    ],
    [
      "{ text: { captures: { pattern: x, values: { count: { above: $broken } } } } }",
      /`above` got "\(", which is no number/,
    ],
    [
      "{ text: { captures: { pattern: x, values: { count: { between: [$count, 1] } } } } }",
      /`between` goes from 3 to 1/,
    ],
  ])("whose value makes it useless is the scenario's fault: %s", async (matcher, message) => {
    const written = matcher.replace(/\$(\w+)/, (_text, name) => `"\${config.${name}}"`);
    const { error, calls } = await runSteps([`- expectReply: ${written}`]);
    expect(error).toMatchObject({
      code: "bad-matcher",
      fault: "scenario",
      message: expect.stringMatching(message),
    });
    expect(calls).toEqual([]);
  });

  test("whose expression gives neither true nor false is the scenario's fault", async () => {
    const { error } = await runSteps([`- expectReply: { text: { expr: it } }`], {
      expectReply: ({ params }) => matches(params.reply as Matcher, { text: "x" }),
    });
    expect(error).toMatchObject({ code: "expression-failed", fault: "scenario" });
  });
});

describe("a statement that acts", () => {
  const refuse = () => {
    throw new QaError("the config is invalid", { code: "rpc-error", fault: "product" });
  };

  test("fails with its refusal, unless that is expected; then its success fails", async () => {
    expect(await runSteps(["- patchConfig: {}"], { patchConfig: refuse })).toMatchObject({
      status: "failed",
      error: { code: "rpc-error" },
    });
    const expected = "- patchConfig: {}\n  error: { contains: invalid }";
    expect((await runSteps([expected], { patchConfig: refuse })).status).toBe("passed");
    expect((await runSteps([expected])).error).toMatchObject({
      code: "expectation-failed",
      fault: "product",
    });
    const other = "- patchConfig: {}\n  error: { code: other }";
    expect((await runSteps([other], { patchConfig: refuse })).error?.message).toMatch(
      /code is "rpc-error", expected "other"/,
    );
  });

  test("matches its answer", async () => {
    const { error } = await runSteps(["- say: hello\n  answer: { text: hello }"], {
      say: () => ({ text: "bye" }),
    });
    expect(error).toMatchObject({
      message: 'say hello: the answer: text is "bye", expected "hello"',
      evidence: { expected: '{ text: "hello" }', seen: "{ text: 'bye' }" },
    });
  });
});

test("a statement and what it looks at later have the time that they are given", async () => {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 60));
  const runWith = (given: number) =>
    run(compileOrThrow(flowOfMarkdown("# T\n\n## A\n\n```yaml qa-step\n- expectNoRestart\n```\n")), {
      limits: { actionMs: 20, stepMs: 10_000, cleanupMs: 10_000 },
      host: {
        stepStarted: async () => {},
        leaveOut: async () => {},
        async perform(_call, allow) {
          allow(1_000);
          await pause();
          const check: LaterCheck["check"] = (later) => {
            if (given > 0) later(given);
            return pause();
          };
          return { value: undefined, later: [{ until: "scenario", check }], notes: [] };
        },
      },
    });
  expect((await runWith(1_000)).status).toBe("passed");
  expect((await runWith(0)).error).toMatchObject({ code: "action-timeout" });
});

describe("what must still hold later", () => {
  const fails = (until: LaterCheck["until"]): LaterCheck => ({
    until,
    check: async () => {
      throw new Unexpected("it does not hold any more");
    },
  });

  test("is looked at when the step ends, and fails at its own statement", async () => {
    const steps = ["- expectNoRestart\n- say: hello", "- say: bye"];
    const { error, calls, steps: begun } = await runSteps(steps, {}, { expectNoRestart: fails("step") });
    expect(calls.map(({ action }) => action)).toEqual(["expectNoRestart", "say"]);
    expect(error).toMatchObject({ statement: "expectNoRestart", position: { line: 6 }, step: { index: 0 } });
    expect(begun).toHaveLength(1);
  });

  test("is looked at when the scenario ends, with the author's reason", async () => {
    const steps = ["- expectMessage: hello\n  times: 1\n  because: people notice", "- say: bye"];
    const { error, calls } = await runSteps(steps, {}, { expectMessage: fails("scenario") });
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({ times: 1 });
    expect(error).toMatchObject({
      statement: "expectMessage hello",
      step: { name: "Step 1" },
      hint: "Expected because people notice",
    });
  });
});
