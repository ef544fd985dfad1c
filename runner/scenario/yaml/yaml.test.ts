import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { outlineMarkdown } from "../markdown/markdown.ts";
import type { Path } from "../source/locate.ts";
import { locatePath } from "../source/locate.ts";
import { SourceFile } from "../source/source.ts";
import { parseYamlPiece, plainValue } from "./yaml.ts";

const key = fc.stringMatching(/^[a-z]{1,6}$/).filter((name) => name !== "constructor");
const { tree } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.stringMatching(/^[ -~äß\u{1f600}]{0,12}$/u), fc.integer(), fc.boolean()),
  tree: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { minKeys: 1, maxKeys: 3 }),
  ),
}));

function leaves(value: unknown, path: Path = []): [Path, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]));
}

/** How the value's text begins in the file. */
const written = (leaf: unknown): string => JSON.stringify(leaf);

describe("parseYamlPiece", () => {
  it("reads back any tree and points at each of its values in the file", () => {
    const layout = fc.record({
      prefix: fc.constantFrom("", "   ", "> ", "> - "),
      lineBreak: fc.constantFrom("\n", "\r\n"),
      indent: fc.constantFrom(2, 4),
    });
    fc.assert(
      fc.property(
        fc.dictionary(key, tree, { minKeys: 1 }),
        layout,
        (value, { prefix, lineBreak, indent }) => {
          const yaml = stringify(value, {
            indent,
            defaultStringType: "QUOTE_DOUBLE",
            defaultKeyType: "PLAIN",
            lineWidth: 0,
          });
          const lines = ["```yaml qa-flow", ...yaml.trimEnd().split("\n"), "```"];
          const rest = prefix.replace("-", " ");
          const text = [
            "# Head",
            "",
            ...lines.map((line, index) => (index === 0 ? prefix : rest) + line),
          ].join(lineBreak);
          const file = new SourceFile("a.md", "/a.md", text);
          const [fence] = outlineMarkdown(text).fences;
          if (!fence) throw new Error(text);
          const { root, diagnostics } = parseYamlPiece(file, fence.content, fence.contentStart, fence.end);
          expect(diagnostics).toEqual([]);
          if (!root) throw new Error(text);
          expect(plainValue(root)).toEqual(value);
          for (const [path, leaf] of leaves(value)) {
            const { value: node, depth } = locatePath(root.node, path);
            const { line, column } = root.source.locate(node.range?.[0] ?? -1);
            expect(depth).toBe(path.length);
            const seen = text
              .split(lineBreak)
              [line - 1]?.slice(column - 1, column - 1 + written(leaf).length);
            expect(seen).toBe(written(leaf));
          }
        },
      ),
    );
  });
});
