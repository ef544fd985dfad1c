import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { breadth } from "../../../test/testing/breadth.ts";
import { outlineMarkdown } from "../markdown/markdown.ts";
import { SourceFile } from "../source/source.ts";
import { parseYamlPiece, plainValue } from "../yaml/yaml.ts";
import { applyEdits, formatScenario } from "./format.ts";
import { commentsIn, type LayoutRules, layOutYaml } from "./layout.ts";

const key = fc.oneof(
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc.stringMatching(/^[ -~]{1,8}$/),
  fc.constantFrom("expectInOrder", "say", "answer", "true", "12"),
);
const { tree } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.stringMatching(/^[ -~äß\u{1f600}\n]{0,30}$/u),
    fc.constantFrom(
      "a, b",
      "--tag",
      "{ x }",
      "# no comment",
      "a: b",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what a text of a step holds
      "${marker}",
      "",
      "  lead\nx\n\n",
      "x \ny\n",
    ),
    fc.stringMatching(/^[a-z ]{60,160}$/),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  ),
  tree: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    tie("leaf"),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

const style = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom("any", "block", "flow"),
  defaultStringType: fc.constantFrom(
    "PLAIN",
    "QUOTE_DOUBLE",
    "QUOTE_SINGLE",
    "BLOCK_LITERAL",
    "BLOCK_FOLDED",
  ),
  defaultKeyType: fc.constantFrom("PLAIN", "QUOTE_DOUBLE"),
  lineWidth: fc.constantFrom(0, 40, 80),
} as const);

/** A piece of YAML as somebody may have written it: indented and quoted in some way, with comments and empty lines. */
const piece = fc
  .record({
    value: fc.oneof(
      fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      fc.array(tree, { minLength: 1, maxLength: 4 }),
    ),
    style,
    additions: fc.array(fc.tuple(fc.nat(40), fc.constantFrom("", "# about it", " # beside it")), {
      maxLength: 4,
    }),
  })
  .map(({ value, style: options, additions }) => {
    const lines = stringify(value, { ...options, aliasDuplicateObjects: false })
      .trimEnd()
      .split("\n");
    for (const [at, text] of additions) {
      const index = at % lines.length;
      if (text.startsWith(" ") && !lines[index]?.endsWith("+")) lines[index] += text;
      else lines.splice(index, 0, text.trim());
    }
    return lines.join("\n");
  })
  .filter((text) => meaning(text) !== undefined);

const rules = fc.record({
  statements: fc.boolean(),
  holdsStatements: fc.constant((action: string) => action === "expectInOrder"),
});

function meaning(text: string) {
  const { root, diagnostics } = parseYamlPiece(new SourceFile("", "", text), text, 0, text.length);
  return root && diagnostics.length === 0 ? plainValue(root) : undefined;
}

function laidOut(text: string, how: LayoutRules): string {
  const result = layOutYaml(text, how);
  if (result === undefined) throw new Error("it is not laid out");
  return result.replace(/\n$/, "");
}

describe("layOutYaml", () => {
  it("keeps every value and comment, and changes nothing the second time", () => {
    fc.assert(
      fc.property(piece, rules, (text, how) => {
        const once = laidOut(text, how);
        expect(meaning(once)).toEqual(meaning(text));
        expect(commentsIn(once)).toEqual(commentsIn(text));
        expect(laidOut(once, how)).toBe(once);
      }),
      { numRuns: breadth(15, 1500) },
    );
  });
});

describe("formatScenario", () => {
  it("changes nothing outside of the blocks, whatever stands around them", () => {
    const prose = fc.stringMatching(/^[ -~\t]{0,20}$/).map((text) => text.replace(/[`~<]/g, "'"));
    const layout = fc.record({
      prefix: fc.constantFrom("", "   ", "> ", "> - "),
      lineBreak: fc.constantFrom("\n", "\r\n"),
      ends: fc.nat(2),
    });
    fc.assert(
      fc.property(piece, prose, layout, (yaml, words, { prefix, lineBreak, ends }) => {
        const rest = prefix.replace("-", " ");
        const lines = ["```yaml qa-step", ...yaml.split("\n"), "```"];
        const text =
          ["## A step", "", words, "", ...lines.map((line, at) => (at === 0 ? prefix : rest) + line)].join(
            lineBreak,
          ) + lineBreak.repeat(ends);
        const format = (source: string) =>
          applyEdits(
            source,
            formatScenario({ path: "/a.md", text: source }, () => false),
          );
        const once = format(text);
        const parts = (source: string) => {
          const [fence] = outlineMarkdown(source).fences;
          if (!fence) throw new Error(source);
          return {
            before: source.slice(0, fence.contentStart),
            value: meaning(fence.content.replaceAll("\r\n", "\n")),
            after: source.slice(fence.end),
          };
        };
        expect(parts(once)).toEqual(parts(text));
        expect(format(once)).toBe(once);
        if (lineBreak === "\n") expect(once).not.toContain("\r");
        else expect(once).not.toMatch(/[^\r]\n/);
      }),
      { numRuns: breadth(15, 1000) },
    );
  });
});
