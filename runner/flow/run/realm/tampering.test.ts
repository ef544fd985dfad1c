import { expect, it } from "vitest";
import { API } from "../../testing/attack.ts";
import { compileOrThrow, flowOfActions, run } from "../../testing/flows.ts";
import { TAMPERING, tamper } from "../../testing/tampering.ts";

/** Each of them must fail. */
const PROBES = [
  'assert: "1 === 2"',
  'assert: "[1].includes(2)"',
  'assert: "[1, 2].map((each) => each > 5).some(Boolean)"',
  "assert: \"'hello'.includes('x') || /x/.test('hello')\"",
  'assert: "new Map([[1, 2]]).has(2) || new Set([1]).has(2)"',
  "assert: \"JSON.stringify({ a: 1 }) === '{}' || JSON.parse('{}').ok\"",
  "assert: \"state.getSnapshot().messages[0].text === 'nothing'\"",
  "assert: \"(await env.gateway.call('x')).ok\"",
  'assert: "await waitForCondition(() => false)"',
  'assert: "findSkill([], null)"',
  'assert: "({}) instanceof Map"',
  'assert: "await Promise.all([1]) === true"',
  'assert: { expr: "nothing.at.all", message: { expr: "1 + 1" } }',
  'assert: "({}).verdict"',
  "call: reset",
  "call: waitForCondition\n        args: [{ lambda: { expr: \"[1].includes(2) || (() => { throw new Error('never') })()\" } }]",
];

const flowFor = (attack: string) =>
  flowOfActions(`- set: heard
  value: 0
- set: nothing
  value: { at: {} }
- set: attack
  value: { expr: ${JSON.stringify(tamper(attack))} }
${PROBES.map(
  (probe) => `- try:
    actions:
      - ${probe}
    catch:
      - set: heard
        value: { expr: "heard + 1" }`,
).join("\n")}
- call: joinPath
  args: [{ ref: heard }]`);

it.each(Object.entries(TAMPERING))("%s: what has to fail fails", async (_name, attack) => {
  const judged: unknown[] = [];
  const api = { ...API, joinPath: (count: unknown) => judged.push(count) };
  const { error, status } = await run(compileOrThrow(flowFor(attack)), { api });
  // Or it costs the flow its verdict.
  const expected = error ? ["failed", []] : ["passed", [PROBES.length]];
  expect([status, judged], error?.message).toEqual(expected);
});
