import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { flowSize, flowSizes, isCounted, total, usedOnce } from "../scripts/flow-sizes.ts";
import { ROOT } from "./testing/qa.ts";

/** Half of what the 46 scenarios had when the readers' form was decided upon. */
const GOAL = { lines: 2881 / 2, characters: 84416 / 2 };

const sizes = flowSizes();

test("there is not more to read of the scenarios than is meant to be", () => {
  const counted = sizes.filter(isCounted);
  expect(counted).toHaveLength(46);
  const { lines, characters } = total(counted);
  expect(lines).toBeLessThanOrEqual(GOAL.lines);
  expect(characters).toBeLessThanOrEqual(GOAL.characters);
});

test("there is next to no code in them", () => {
  expect(sizes.filter(({ hasHeadings }) => !hasHeadings).map(({ id }) => id)).toEqual([]);
  const { lambdas, envs, expressions } = total(sizes);
  expect({ lambdas, envs }).toEqual({ lambdas: 0, envs: 0 });
  expect(expressions).toBeLessThanOrEqual(10);
});

test("an action that one scenario alone uses has its reason", () => {
  const reasons: Record<string, string> = parse(readFileSync(join(ROOT, "scripts/used-once.yaml"), "utf8"));
  expect(Object.keys(reasons).sort()).toEqual([...usedOnce(sizes).keys()].sort());
});

test("both forms are counted, and a long line counts as several", () => {
  const steps = `# T\n\n## A\n\n\`\`\`yaml qa-step\n- holdModel\n\n- expectInOrder:\n    - expectRestart: { pid: { expr: it > 1 } }\n- say: ${"x".repeat(200)}\n\`\`\`\n`;
  expect(flowSize("steps", steps)).toMatchObject({
    hasHeadings: true,
    lines: 5,
    characters: 11 + 16 + 42 + 207,
    lambdas: 0,
    expressions: 1,
    actions: new Set(["holdModel", "expectInOrder", "expectRestart", "say"]),
  });
  const flow =
    "# T\n\n```yaml qa-flow\nsteps:\n  - name: a\n    actions:\n      - call: reset\n        args: [{ ref: env }, { lambda: { expr: a } }]\n```\n";
  expect(flowSize("flow", flow)).toMatchObject({
    hasHeadings: false,
    lines: 5,
    lambdas: 1,
    envs: 1,
    expressions: 1,
    actions: new Set(["reset"]),
  });
});
