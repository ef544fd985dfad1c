import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breadth } from "../../../test/testing/breadth.ts";
import { findCuts } from "./cuts.ts";
import { outlineMarkdown } from "./markdown.ts";

/** Lines that open, close, hide or interrupt one another. */
const line = fc.oneof(
  fc.constantFrom(
    "---",
    "--- ",
    "```",
    "````",
    "~~~",
    "```yaml qa-flow",
    "```a`b",
    "~~~ yaml",
    "   ```",
    "    ```",
  ),
  fc.constantFrom(
    "",
    "text",
    "- item",
    "> quote",
    "1. one",
    "# Head",
    "===",
    "<!--",
    "-->",
    "<pre>",
    "</pre>",
    "<div>",
  ),
  fc.constantFrom(
    "  ```",
    "- ```",
    "> ~~~",
    "\t```",
    "    code",
    '[a]: /b "c',
    "id: x",
    "| a |",
    "\u0000",
    " ",
    "```\r",
  ),
);
const document = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom("\n", "\r\n"))
  .map(([lines, lineBreak]) => lines.join(lineBreak));

describe("outlineMarkdown", () => {
  it("finds the same with and without the cuts", () => {
    fc.assert(
      fc.property(document, (text) => {
        expect(outlineMarkdown(text)).toEqual(outlineMarkdown(text, []));
      }),
      { numRuns: breadth(800, 10_000) },
    );
  });

  it("cuts what a usual scenario file mostly consists of", () => {
    const text = "---\nid: demo\n---\n\n# Demo\n\n```yaml qa-flow\nsteps: []\n```\n";
    expect(findCuts(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "id: demo\n",
      "steps: []\n",
    ]);
  });

  it("reads fences of any length, marker, case and depth", () => {
    const text =
      "~~~~YAML QA-Flow\na: 1\n~~~\nb: 2\n~~~~\n\n> - ```yml qa-model\n>   c: 3\n>   ```\n\n    ```yaml qa-pack\n";
    const { fences } = outlineMarkdown(text);
    expect(fences).toMatchObject([
      { info: ["yaml", "qa-flow"], content: "a: 1\n~~~\nb: 2", closed: true },
      { info: ["yml", "qa-model"], content: "c: 3", closed: true },
    ]);
  });
});
