import fc from "fast-check";
import { expect, it } from "vitest";
import { isMap, parseDocument, Scalar, stringify } from "yaml";
import { SourceFile } from "../../scenario/source/source.ts";
import { placeOf } from "../run/stack.ts";
import { textPlaces } from "./places.ts";
import { scalarOffsets } from "./scalar-offsets.ts";

const STYLES = [Scalar.BLOCK_LITERAL, Scalar.QUOTE_DOUBLE, Scalar.QUOTE_SINGLE, Scalar.PLAIN] as const;

it("every visible character of a value is found where it stands in the text", () => {
  const words = fc.array(fc.stringMatching(/^[a-z'"\\#:]{1,8}$/), { minLength: 1, maxLength: 20 });
  const text = fc
    .array(fc.tuple(words, fc.nat({ max: 4 })), { minLength: 1, maxLength: 4 })
    .map((lines) => lines.map(([line, indent]) => " ".repeat(indent) + line.join(" ")).join("\n"));
  fc.assert(
    fc.property(text, fc.constantFrom(...STYLES), fc.boolean(), (value, type, crlf) => {
      const scalar = Object.assign(new Scalar(value), { type });
      const written = stringify({ outer: { key: scalar } }, { lineWidth: 40 });
      const yaml = crlf ? written.replaceAll("\n", "\r\n") : written;
      const document = parseDocument(yaml);
      const outer = document.get("outer");
      const read = isMap(outer) ? outer.get("key", true) : undefined;
      if (!(read instanceof Scalar) || read.type === Scalar.BLOCK_FOLDED) return;
      const offsets = scalarOffsets(read, yaml);
      const file = new SourceFile("outer.yaml", "/outer.yaml", yaml);
      const locate = (offset: number) => file.position(offsets(offset));
      const places = textPlaces(String(read.value), locate);
      for (const [index, character] of [...String(read.value)].entries()) {
        if (/[a-z]/.test(character)) expect(yaml[offsets(index)]).toBe(character);
        expect(placeOf({ places, position: locate(0) }, index)).toEqual(locate(index));
      }
    }),
    { numRuns: 500 },
  );
});
