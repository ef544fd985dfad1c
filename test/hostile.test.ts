import { expect, test } from "vitest";
import { CRAWL, FOREIGN } from "../runner/flow/testing/attack.ts";
import { TAMPERING, tamper } from "../runner/flow/testing/tampering.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const set = (expression: string) =>
  `  - name: attack\n    actions:\n      - set: x\n        value: { expr: ${JSON.stringify(expression)} }\n`;

const SCENARIOS = {
  // The order in which they run.
  "a-prototypes": set(
    "(Object.getPrototypeOf(state.getSnapshot().messages).filter = () => [], Object.getPrototypeOf(state.getSnapshot()).verdict = 'passed', Object.getPrototypeOf(env.gateway).call = null, 1)",
  ),
  "b-host": set("state.getSnapshot().messages.constructor.constructor('return process')().exit(0)"),
  "c-then": `${set(tamper(TAMPERING["then of objects"] ?? ""))}      - assert: "1 === 2"\n`,
  "d-stray": set("(sleep(600000), waitForCondition(() => false, 600000), 1)"),
  "e-crawl": `  - name: looks at all that there is
    actions:
      - set: found
        value:
          expr: ${JSON.stringify(
            `await (async (foreign) => { ${CRAWL}
              known.add(Array.prototype[Symbol.unscopables]);
              const bad = crawl([['globalThis', globalThis], ['snapshot', state.getSnapshot()], ['config', await env.gateway.call('config.get')]]);
              return { bad, size: known.size } })(${FOREIGN})`
              .replaceAll(/\s+/g, " ")
              .replace("// Copies", ""),
          )}
      - assert: found.bad.join() === ''
      - assert: found.size > 1000
      - assert: "[1, 2].filter((each) => each > 1).length === 1 && state.getSnapshot().verdict === undefined"
`,
};

test("hostile scenarios cost themselves a verdict and nobody else; what they leave running is named", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, steps] of Object.entries(SCENARIOS)) {
    await sandbox.write(`pack/test/${id}.md`, scenarioText(id, steps));
  }
  const { exitCode, report } = await sandbox.qa(
    "run",
    ...Object.keys(SCENARIOS),
    "--pack",
    "pack",
    "--share-gateway",
  );
  const found = Object.fromEntries(
    report?.scenarios.map(({ id, verdict, fault, failure }) => [
      id,
      failure ? [verdict, fault, failure.code] : verdict,
    ]) ?? [],
  );
  expect(found).toEqual({
    "a-prototypes": "passed",
    "b-host": ["failed", "scenario", "expression-failed"],
    "c-then": ["failed", "product", "assertion-failed"],
    "d-stray": "passed",
    "e-crawl": "passed",
  });
  expect(exitCode).toBe(1);
  expect(report?.scenarios.find(({ id }) => id === "d-stray")?.leaks).toEqual([
    'sleep(600000), called in step "attack" (line 15), was still running',
    'waitForCondition(() => false, 600000), called in step "attack" (line 15), was still running',
  ]);
});
