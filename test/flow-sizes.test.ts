import { expect, test } from "vitest";
import { flowSize, flowSizes, isCounted, total } from "../scripts/flow-sizes.ts";

// How the readers' form is judged. While scenarios are being rewritten: no more than there was.
const MOST = { lines: 2975, characters: 84416 };

test("there is not more to read of the scenarios than there was", () => {
  const counted = flowSizes().filter(isCounted);
  expect(counted).toHaveLength(46);
  const { lines, characters } = total(counted);
  expect(lines).toBeLessThanOrEqual(MOST.lines);
  expect(characters).toBeLessThanOrEqual(MOST.characters);
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
