import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRuns } from "./compare.ts";
import { paritySchema } from "./parity-schema.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderText } from "./render-text.ts";
import { missingRun, runOn, sampleRuns } from "./testing/sample-runs.ts";

const FACTS = {
  command: "pnpm qa parity --all --gateways embedded,openclaw@2026.4.26",
  createdAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  interrupted: false,
};
const SCENARIO = "plugin-lifecycle-hot-reload";
const validate = addFormats.default(new Ajv({ allErrors: true, strict: true })).compile(paritySchema);

describe("what a comparison looks like", () => {
  const report = compareRuns(sampleRuns(), FACTS);

  test("as parity.md", async () => {
    await expect(renderMarkdown(report)).toMatchFileSnapshot("golden/parity.md");
  });

  test("on a console", async () => {
    await expect(renderText(report)).toMatchFileSnapshot("golden/parity.txt");
  });

  test("as parity.json, which its schema accepts", async () => {
    validate(JSON.parse(JSON.stringify(report)));
    expect(validate.errors).toBeNull();
    await expect(`${JSON.stringify(report, null, 2)}\n`).toMatchFileSnapshot("golden/parity.json");
  });

  test("with a gateway that could not be run", async () => {
    const three = compareRuns([...sampleRuns(), missingRun()], FACTS);
    validate(JSON.parse(JSON.stringify(three)));
    expect(validate.errors).toBeNull();
    await expect(renderText(three)).toMatchFileSnapshot("golden/parity-missing.txt");
  });
});

describe("exit code", () => {
  const product = { code: "wait-timeout", fault: "product", message: "no reply" } as const;
  const environment = { code: "port-taken", fault: "environment", message: "the port is taken" } as const;
  const passed = { verdict: "passed", failure: undefined } as const;
  const failed = { verdict: "failed", failure: product } as const;
  const broken = { verdict: "failed", failure: environment } as const;
  const skipped = { verdict: "skipped" } as const;
  const blocked = { verdict: "blocked" } as const;
  const MATCHED = "dm-chat-baseline";

  test.for([
    ["0 when all pass", 0, passed, passed],
    ["1 when they differ", 1, passed, failed],
    ["1 when all fail in the same way", 1, failed, failed],
    ["4 when a failure is the environment's", 4, passed, broken],
    ["4 when nothing was tried", 4, skipped, skipped],
  ] as const)("%s", ([, code, first, second]) => {
    const runs = [runOn("a", { [SCENARIO]: first }), runOn("b", { [SCENARIO]: second })];
    expect(compareRuns(runs, FACTS).exitCode).toBe(code);
  });

  test.for([
    ["skipped", skipped, 4, 1],
    ["blocked", blocked, 4, 1],
    ["passed", passed, 0, 0],
  ] as const)("a scenario that is %s on one gateway, named and only matched", ([, end, named, matched]) => {
    const both = (id: string, other: string) =>
      compareRuns(
        [runOn("a", { [id]: passed, [other]: passed }), runOn("b", { [id]: end, [other]: passed })],
        FACTS,
      ).exitCode;
    expect(both(SCENARIO, MATCHED)).toBe(named);
    expect(both(MATCHED, SCENARIO)).toBe(matched);
  });

  test.for([
    ["blocked on both", blocked, blocked, 0],
    ["passed on one only", passed, blocked, 1],
    ["failed on one only", failed, skipped, 1],
  ] as const)("4 when the only scenario is %s", ([, first, second, compared]) => {
    const runs = [runOn("a", { [MATCHED]: first }), runOn("b", { [MATCHED]: second })];
    expect(compareRuns(runs, FACTS)).toMatchObject({ exitCode: 4, counts: { compared } });
  });

  test("what is blocked everywhere leaves the others comparable", () => {
    const ends = { [SCENARIO]: passed, [MATCHED]: blocked };
    expect(compareRuns([runOn("a", ends), runOn("b", ends)], FACTS)).toMatchObject({
      exitCode: 0,
      counts: { total: 2, compared: 1, same: 1 },
    });
  });

  test("4 when no scenario is for two gateways", () => {
    const runs = [runOn("a", { [SCENARIO]: passed }), runOn("b", { "dm-chat-baseline": passed })];
    expect(compareRuns(runs, FACTS)).toMatchObject({ exitCode: 4, counts: { total: 2, compared: 0 } });
  });

  test("4 when a gateway could not be run, 130 when a person stopped it", () => {
    const runs = [runOn("a", { [SCENARIO]: passed }), runOn("b", { [SCENARIO]: passed }), missingRun()];
    expect(compareRuns(runs, FACTS).exitCode).toBe(4);
    expect(compareRuns(runs, { ...FACTS, interrupted: true }).exitCode).toBe(130);
  });
});

test("a scenario that is left out on one gateway is compared on the others", () => {
  const passed = { verdict: "passed" } as const;
  const runs = [runOn("a", { [SCENARIO]: passed }), runOn("b", {}), runOn("c", { [SCENARIO]: passed })];
  const { scenarios, exitCode } = compareRuns(runs, FACTS);
  expect(scenarios[0]?.results.map(({ verdict }) => verdict)).toEqual(["passed", "left-out", "passed"]);
  expect(exitCode).toBe(0);
});

test("answers are compared where every gateway answered in the same scenario, and there only", () => {
  const passed = { [SCENARIO]: {}, "dm-chat-baseline": {} };
  const runs = [
    runOn("a", passed, { [SCENARIO]: [["m", { x: 1 }]], "dm-chat-baseline": [["m", { y: 1 }]] }),
    runOn("b", passed, {
      [SCENARIO]: [
        ["m", { x: 1 }],
        ["n", {}],
      ],
    }),
  ];
  expect(compareRuns(runs, FACTS).methods).toEqual([
    { method: "m", scenarios: [SCENARIO], answers: [1, 1], differences: [] },
  ]);
});

test("verdicts and first differences do not depend on which gateway comes first", () => {
  const verdict = fc.constantFrom("passed", "failed", "blocked" as const);
  fc.assert(
    fc.property(verdict, verdict, verdict, (a, b, c) => {
      const runs = [a, b, c].map((verdict, index) => runOn(`g${index}`, { [SCENARIO]: { verdict } }));
      const forwards = compareRuns(runs, FACTS);
      const backwards = compareRuns(runs.toReversed(), FACTS);
      expect(forwards.counts).toEqual(backwards.counts);
      expect(forwards.exitCode).toBe(backwards.exitCode);
      expect(forwards.scenarios[0]?.same).toBe(new Set([a, b, c]).size === 1);
    }),
  );
});
