import fc from "fast-check";
import type { Code, InlineCode, Root } from "mdast";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { expect, it } from "vitest";
import { oneLine, printable } from "../../../base/text.ts";
import { codeBlock, codeSpan, escapeText, fileLink } from "./escape.ts";

/** Mostly what Markdown gives a meaning to. */
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."`*_#>-+=|<>[]()!&;~\\ \n\t1.a\u001b") }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("1. x", "10) x", "<script>", "[a](b)", "&amp;", "# h", "***", "===", "```\n", "http://a.b"),
);

function parse(markdown: string): Root {
  return unified().use(remarkParse).parse(markdown);
}

it("escapes text so that a Markdown reader sees the same text", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.constantFrom("__0__", "a__b", "_a_b_")), (text) => {
      const paragraph = parse(escapeText(text)).children;
      const expected = oneLine(text);
      const children = [{ type: "text", value: expected }];
      expect(paragraph).toMatchObject(expected === "" ? [] : [{ type: "paragraph", children }]);
    }),
  );
});

it("keeps code spans and blocks closed around whatever is inside", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const block = parse(`${codeBlock(text)}\n\nafter`).children;
      expect(block).toHaveLength(2);
      expect((block[0] as Code).value).toBe(printable(text).trimEnd());

      if (oneLine(text) === "") return;
      const paragraph = parse(codeSpan(text)).children[0];
      expect(paragraph).toMatchObject({ type: "paragraph", children: [{ type: "inlineCode" }] });
      const span = (paragraph as { children: InlineCode[] }).children[0];
      expect(span?.value).toBe(oneLine(text));
    }),
  );
});

it("links to files whatever they are called", () => {
  expect(parse(fileLink("gateway log", "a b/(c) <d>.log")).children).toMatchObject([
    { children: [{ type: "link", url: "a b/(c) %3Cd%3E.log", children: [{ value: "gateway log" }] }] },
  ]);
});
