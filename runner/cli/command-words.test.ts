import fc from "fast-check";
import { expect, it } from "vitest";
import { commandLine } from "../lanes/job.ts";
import { commandWords } from "./command-words.ts";

const word = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(..."'\"\\ $`*a-/") }),
  fc.constantFrom("", "''", "it's", "--gateway", "a b", "x\ny"),
);

it("reads back the words that it made a command line of", () => {
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(commandWords(commandLine(["run", ...words]))).toEqual(words);
    }),
  );
});

it("quotes only what a shell would not take as it is", () => {
  expect(commandLine(["run", "dm-chat-baseline", "config-*", "--gateway", "openclaw@2026.4.26"])).toBe(
    "pnpm qa run dm-chat-baseline 'config-*' --gateway openclaw@2026.4.26",
  );
});
