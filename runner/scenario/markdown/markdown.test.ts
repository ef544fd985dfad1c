import { Parser } from "commonmark";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breadth } from "../../../test/testing/breadth.ts";
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
    " ",
    "   \t",
    "text",
    "  text",
    "\ttext",
    "     deep",
    "        x",
    "    code",
    "text  ",
    "\\",
  ),
  fc.constantFrom(
    "- item",
    "-",
    "- ",
    "+ a",
    "* b",
    "1. one",
    "1.",
    "2. x",
    "10) y",
    "-\tx",
    "- \tx",
    "-     code",
  ),
  fc.constantFrom(
    "> quote",
    ">",
    "> >",
    ">\t\tx",
    "> - z",
    "- > z",
    "- - x",
    "  - sub",
    "- # Head",
    "> # Head",
  ),
  fc.constantFrom(
    "# Head",
    "# Head ##",
    "## Step",
    "### Step #",
    "####### no",
    "#",
    "##",
    "#hash",
    "    # no",
    "===",
    "  ===",
    "=",
    "== =",
    "--",
    "* * *",
  ),
  fc.constantFrom(
    "<!--",
    "-->",
    "<pre>",
    "</pre>",
    "<div>",
    "<div",
    "<p\tx>",
    "<h1>",
    "<script>",
    "</script> x",
  ),
  fc.constantFrom(
    "<b>",
    "<b x=1>",
    "<b x= >",
    "<b x='1' y>",
    "</b>",
    "</b x>",
    "<!A>",
    "<?p",
    "?>",
    "<![CDATA[",
    "]]>",
  ),
  fc.constantFrom("  ```", "- ```", "> ~~~", "\t```", "      ```", "> ```yaml", "- ~~~", "   - ```", "- - -"),
  fc.constantFrom("id: x", "| a |", "\u0000", "`a`", "*a*", "&amp;"),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom("\n", "\r\n", "\r"))
  .map(([lines, lineBreak]) => lines.join(lineBreak))
  // Front matter is no part of CommonMark.
  .filter((written) => !/^---[ \t]*[\r\n]/.test(written));

interface Seen {
  fences: { line: number; info: readonly string[]; content: string }[];
  headingLine: number | undefined;
  sectionLines: number[];
}

/** What CommonMark's reference implementation finds. */
function reference(written: string): Seen {
  const seen: Seen = { fences: [], headingLine: undefined, sectionLines: [] };
  const walker = new Parser().parse(written).walker();
  for (let event = walker.next(); event; event = walker.next()) {
    const { node } = event;
    if (!event.entering) continue;
    const at = node.sourcepos?.[0][0] ?? 0;
    // It has no public sign of an indented block of code, which begins further to the right than a fence.
    const isFence = node.type === "code_block" && isFenceOf(node);
    if (isFence) seen.fences.push({ line: at, info: wordsOf(node.info), content: textOf(node.literal) });
    if (node.type !== "heading") continue;
    if (node.level === 1) seen.headingLine ??= at;
    else seen.sectionLines.push(at);
  }
  return seen;
}

function isFenceOf(node: object): boolean {
  return "_isFenced" in node && node._isFenced === true;
}

function wordsOf(info: string | null): string[] {
  return (info ?? "").toLowerCase().split(/\s+/).filter(Boolean);
}

/** The reference writes line breaks in one way, and keeps the last one. */
function textOf(content: string | null): string {
  return (content ?? "").replace(/\r\n?/g, "\n").replace(/\n*$/, "");
}

function found(written: string): Seen {
  const { fences, heading, sections } = outlineMarkdown(written);
  const lineOf = (offset: number): number => written.slice(0, offset).split(/\r\n|\n|\r/).length;
  return {
    fences: fences.map(({ start, info, content }) => ({
      line: lineOf(start),
      info,
      content: textOf(content),
    })),
    headingLine: heading && lineOf(heading.offset),
    sectionLines: sections.map(({ offset }) => lineOf(offset)),
  };
}

describe("outlineMarkdown", () => {
  it("finds what CommonMark's reference implementation finds", () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(found(written)).toEqual(reference(written));
      }),
      { numRuns: breadth(800, 100_000) },
    );
  });

  it("finds the same behind front matter", () => {
    const matter = "---\nid: demo\n---\n";
    fc.assert(
      fc.property(text, (written) => {
        const { frontMatter, fences } = outlineMarkdown(matter + written);
        expect(frontMatter).toMatchObject({ content: "id: demo", start: 0, end: matter.length - 1 });
        const moved = outlineMarkdown(written).fences.map(({ start, end }) => [start, end]);
        expect(fences.map(({ start, end }) => [start - matter.length, end - matter.length])).toEqual(moved);
      }),
    );
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

  it("says where lists and quotes lie too deep in one another, and stops there", () => {
    for (const marker of ["> ", "- ", "1. "]) {
      const written = `# Head\n\n${marker.repeat(101)}x\n\n\`\`\`yaml qa-flow\n`;
      expect(outlineMarkdown(written)).toMatchObject({ tooDeep: 8 + 100 * marker.length, fences: [] });
      expect(outlineMarkdown(written.replace(marker, ""))).toMatchObject({ tooDeep: undefined });
    }
  });
});
