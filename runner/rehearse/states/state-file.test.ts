import { expect, test } from "vitest";
import { parseState, readState, stateIds } from "./state-file.ts";

test.for(await stateIds())("the state %s is one that can be made", async (id) => {
  const { title, release, steps } = await readState(id);
  expect({ title, release, steps: steps.length }).toEqual({
    title: expect.stringMatching(/\w/),
    release: expect.stringMatching(/^\d{4}\.\d+\.\d+$/),
    steps: expect.any(Number),
  });
});

const HEAD = "---\nid: a\ntitle: A\nrelease: 2026.4.26\nexpect: go\n---\n\n";
const block = (steps: string) => `${HEAD}\`\`\`yaml state\n${steps}\n\`\`\`\n`;

test.for<[string, string, string]>([
  ["without front matter", "# A\n", "qa/states/a.md:1: its front matter has no title"],
  [
    "that expects no verdict",
    block("- say: x").replace("expect: go", "expect: yes"),
    "qa/states/a.md:1: its front matter expects none of go, go with steps",
  ],
  ["with another id", block("- say: x").replace("id: a", "id: b"), "qa/states/a.md:1: its id is not a"],
  ["without a step", HEAD, "qa/states/a.md:1: it has no step"],
  ["whose steps are no list", block("say: x"), "qa/states/a.md:9: steps are a list"],
  [
    "with an unknown step",
    block("- say: x\n- shout: x"),
    "qa/states/a.md:9: step 2 is none of config, write",
  ],
  ["with a step that lacks something", block("- link: x"), "qa/states/a.md:9: step 1 is none of"],
  [
    "with an unknown step in a repetition",
    block("- repeat: 2\n  steps: [{ x: 1 }]"),
    "qa/states/a.md:9: step 1 is none of",
  ],
  ["whose YAML is none", block("- [x"), "qa/states/a.md:9:"],
])("a file %s is refused with its line", ([, text, message]) => {
  expect(() => parseState("a", text)).toThrow(
    expect.objectContaining({ code: "state-file-invalid", message: expect.stringContaining(message) }),
  );
});

test("a state that the library lacks is refused with the one that is nearly called so", async () => {
  await expect(readState("two-agent")).rejects.toMatchObject({
    code: "usage",
    hint: "Did you mean state:two-agents?",
  });
});
