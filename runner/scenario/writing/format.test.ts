import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyEdits, formatScenario } from "./format.ts";

const ROOT = join(import.meta.dirname, "../../..");
const GOLDEN = join(import.meta.dirname, "golden");

function format(text: string, path = "/a.md"): string {
  return applyEdits(
    text,
    formatScenario({ path, text }, (action) => action === "expectInOrder"),
  );
}

describe("formatScenario", () => {
  it("leaves the examples of the docs as they are", () => {
    const docs = readFileSync(join(ROOT, "docs/scenario-steps.md"), "utf8");
    const examples = [...docs.matchAll(/^````markdown\n([\s\S]*?)^````/gm)].map(([, text = ""]) => text);
    expect(examples).not.toEqual([]);
    for (const example of examples) expect(format(example)).toBe(example);
  });

  it("has one way to write a statement", async () => {
    const text = readFileSync(join(GOLDEN, "untidy.md"), "utf8");
    await expect(format(text)).toMatchFileSnapshot(join(GOLDEN, "tidy.md"));
  });

  it("keeps a byte order mark's absence, carriage returns, tabs, trailing blanks and a missing last line break", () => {
    const text =
      "---\r\nid:   a\r\n---\r\n\tprose \r\n\r\n```yaml qa-step\r\n- say:   x\r\n```\r\n* list  \t\r\nend";
    expect(format(text)).toBe(
      "---\r\nid: a\r\n---\r\n\tprose \r\n\r\n```yaml qa-step\r\n- say: x\r\n```\r\n* list  \t\r\nend",
    );
  });

  it("lays out a file that is YAML as a whole, and keeps its author's choice of brackets", () => {
    const text =
      "title:   x\nscenario: {id: x,  surface: y}\nflow:\n    steps:\n    - name:   one\n      actions: [ {call: reset} ]\n";
    expect(format(text, "/a.yaml")).toBe(
      "title: x\nscenario: { id: x, surface: y }\nflow:\n  steps:\n    - name: one\n      actions: [{ call: reset }]\n",
    );
  });

  it("leaves alone what cannot be read, other blocks, and blocks without an end", () => {
    for (const text of [
      "```yaml qa-step\n- say:   [x\n```\n",
      "```yaml\na:   1\n```\n",
      "```yaml qa-flow\nsteps:   []\n",
      "```yaml qa-step\n- say:   x\n---\n- say:   y\n```\n",
    ])
      expect(format(text)).toBe(text);
  });
});
