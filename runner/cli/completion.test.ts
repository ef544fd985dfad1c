import { expect, it } from "vitest";
import { candidatesFor } from "./completion.ts";

const valuesFor = async (...words: string[]) => (await candidatesFor(words)).map(({ value }) => value);

it.each([
  [["pa"], ["parity"]],
  [
    ["gateway", ""],
    ["list", "prune", "install"],
  ],
  [["run", "--fail"], ["--fail-on-flaky"]],
  [["run", "--reporter", "j"], ["junit"]],
  [["run", "--reporter=j"], ["--reporter=junit"]],
  [["check", "--format", "s"], ["sarif"]],
  [["run", "--last-failed="], []],
  [["run", "dm-chat-b"], ["dm-chat-baseline"]],
  [["run", "dm-chat-baseline", "--tag", "channels.th"], ["channels.threads"]],
  [["night", "smo"], ["smoke"]],
  [["completion", "z"], ["zsh"]],
  [["check", "qa/"], []],
  [["nonsense", ""], []],
])("%j", async (words, wanted) => {
  expect(await valuesFor(...words)).toEqual(wanted);
});
