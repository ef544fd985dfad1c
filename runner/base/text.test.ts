import fc from "fast-check";
import { expect, it } from "vitest";
import { abridge, formatDuration, oneLine, printable, shorten } from "./text.ts";

it.each([
  [0.4, "0 ms"],
  [411.6, "412 ms"],
  [999.6, "1.00 s"],
  [1204, "1.20 s"],
  [9_996, "10.00 s"],
  [38_460, "38.5 s"],
  [59_960, "1 min 00 s"],
  [125_000, "2 min 05 s"],
])("shows %d ms as %s", (ms, shown) => {
  expect(formatDuration(ms)).toBe(shown);
});

it("takes from text what a terminal would act on, and nothing else", () => {
  expect(printable("a\u001b[2J\u001b]0;title\u0007b\r\n\tc\u0000\u202ed\u0085 日本 👩‍🔬")).toBe(
    "ab\n\tcd 日本 👩‍🔬",
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."\u001b[]0;m\u0007\u009b\r\n\tab") }), (text) => {
      expect(printable(text)).toMatch(/^[\t\n\P{Cc}]*$/u);
      expect(oneLine(text)).not.toMatch(/[\n\t]/);
    }),
  );
});

it("shortens by characters and never splits one", () => {
  expect(shorten("👍👍👍", 3)).toBe("👍👍👍");
  expect(shorten("👍👍👍👍", 3)).toBe("👍👍…");
});

it("abridges a long text in the middle, and counts what it leaves out", () => {
  const extent = { lines: 8, characters: 40 };
  expect(abridge("a\nb\nc", extent)).toBe("a\nb\nc");
  const lines = Array.from({ length: 20 }, (_, index) => `${index}`).join("\n");
  expect(abridge(lines, extent)).toBe("0\n1\n2\n3\n4\n5\n… 12 lines left out …\n18\n19");
  const wide = `${"a".repeat(100)}${"z".repeat(10)}`;
  expect(abridge(wide, extent)).toBe(`${"a".repeat(30)} … 70 characters left out … ${"z".repeat(10)}`);
  expect(abridge("👍".repeat(100), { lines: 8, characters: 13 }).isWellFormed()).toBe(true);
});

it("counts what was left out before as well, whatever is cut off again", () => {
  const extents = fc.record({
    lines: fc.integer({ min: 4, max: 30 }),
    characters: fc.integer({ min: 60, max: 400 }),
  });
  const lines = fc.array(fc.string({ unit: fc.constantFrom(..."ab"), minLength: 1, maxLength: 120 }), {
    maxLength: 200,
  });
  const countOf = (text: string, what: string) =>
    [...text.matchAll(new RegExp(`(\\d+) ${what}`, "g"))].reduce((sum, [, count]) => sum + Number(count), 0);
  fc.assert(
    fc.property(lines, fc.array(extents, { minLength: 1, maxLength: 4 }), (whole, steps) => {
      const text = whole.join("\n");
      const stages = [text];
      for (const step of steps) stages.push(abridge(stages.at(-1) ?? "", step));
      const shown = stages.at(-1) ?? "";
      const outside = shown.replace(/ ?… [^…]* left out … ?/g, "");
      const inCharacters = stages.some((stage) => / characters? left out/.test(stage));
      const [linesOut, charactersOut] = [countOf(shown, "line"), countOf(shown, "character")];
      // What is seen and what is counted is the whole: in lines where only lines were left out, else in characters.
      if (!inCharacters)
        expect(outside.split("\n").length - (linesOut > 0 ? 1 : 0) + linesOut).toBe(whole.length || 1);
      else if (stages.every((stage) => !/ lines? /.test(stage))) {
        expect(outside.length + charactersOut).toBe(text.length);
      }
    }),
    { numRuns: 1000 },
  );
  const many = Array.from({ length: 100_000 }, (_, index) => `line ${index}`).join("\n");
  const inReport = abridge(many, { lines: 200, characters: 20_000 });
  expect(abridge(inReport, { lines: 40, characters: 4_000 })).toContain("… 99960 lines left out …");
});
