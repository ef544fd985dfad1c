import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, Sandbox } from "./testing/qa.ts";

test.concurrent("events that come in another order fail", async ({ onTestFinished }) => {
  const sandbox = await Sandbox.create(onTestFinished);
  const text = await readFile(join(ROOT, "qa/scenarios/restart/restart-deferral-during-turn.md"), "utf8");
  const swapped = text.replace(/( {4}- expectMessage.*\n {6}times: 1\n)( {4}- expectRestart\n)/, "$2$1");
  expect(swapped).not.toBe(text);
  await sandbox.write("pack/swapped.md", swapped);
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(report?.scenarios[0]?.failure?.message, stdout).toMatch(
    /expectMessage came \d+ ms before expectRestart/,
  );
  expect(exitCode).toBe(1);
});

type Unwanted = [id: string, statements: string, message: RegExp];

const SAY = `- say: "Reply exactly: \${marker}"`;
const APPLIED = "- patchConfig: { messages: { groupChat: { mentionPatterns: [hey] } } }";
const PATCH = `${APPLIED}\n  wait: answer`;

/** What must not happen in a step, and does. */
const UNWANTED: Unwanted[] = [
  [
    "message",
    `- expectNoMessage\n${SAY}`,
    /^a message came \d.* after the step began, and `expectNoMessage` forbids any: "MARKER-/,
  ],
  ["reply", `${SAY}\n- expectNoReply: { contains: "\${marker}" }`, /^a reply came/],
  ["request", `${SAY}\n- expectReply: "\${marker}"\n- expectNoModelRequest`, /^a request to the model came/],
  [
    "log",
    `- expectNoLog: { contains: evaluating reload }\n${PATCH}`,
    /^a line of the log came \d.* after the step began, and `expectNoLog` forbids contains "evaluating reload": ".*evaluating/,
  ],
  [
    "reload",
    `- expectNoReload\n${PATCH}`,
    /^a reload came in this step, and `expectNoReload` forbids one that is hot or restarts: .*hot/,
  ],
  ["patched", `${APPLIED}\n- expectNoReload`, /^a reload came.*hot/],
  ["patched-later", `- expectNoReload\n${APPLIED}`, /^a reload came.*hot/],
  ["twice", `${SAY}\n- expectReply: "\${marker}"\n${SAY}\n- expectNoMessage`, /^a message came/],
];

test.concurrent("what must not happen in a step fails it, wherever it stands", async ({ onTestFinished }) => {
  const sandbox = await Sandbox.create(onTestFinished);
  for (const [id, statements] of UNWANTED)
    await sandbox.write(
      `pack/no-${id}.md`,
      `---\nunique: marker\n---\n# No ${id}\n\n## Step\n\n\`\`\`yaml qa-step\n${statements}\n\`\`\`\n`,
    );
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(exitCode, stdout).toBe(1);
  const failures = new Map(report?.scenarios.map(({ id, failure }) => [id, failure]));
  for (const [id, , message] of UNWANTED)
    expect(failures.get(`no-${id}`), id).toMatchObject({
      code: "expectation-failed",
      fault: "product",
      statement: expect.stringMatching(/^expectNo/),
      message: expect.stringMatching(message),
    });
});

const OTHER = APPLIED.replace("hey", "you");

/** Steps of one scenario, each true however long the gateway takes. */
const TAKEN: readonly string[] = [
  // The turn of before speaks first, in the same conversation.
  `- say: "Reply exactly: a"
- ask: "Reply exactly: b"
  reply: b
- expectMessage: a
- startTurn: "Reply exactly: c"
  session: one
- ask: "Reply exactly: d"
  session: two
  reply: d
- expectMessage: c`,
  // A reload is the next one also if the statement before it has waited for it or judged it; one that was judged was expected.
  `${APPLIED}\n- expectReload: hot`,
  `${OTHER}\n  reload: hot\n- expectReload: hot\n- expectNoReload`,
  `${OTHER}\n- expectReload: none\n- expectNoReload`,
  `${OTHER}\n  reload: none\n- expectReload: { outcome: none, reasons: [] }`,
  "- patchConfig: { gateway: { controlUi: { basePath: /qa } } }\n- expectReload: restart",
  `- say: "Reply exactly: e"
- expectInOrder:
    - expectModelRequest: { prompt: { contains: exactly } }
    - expectMessage: e
      saveAs: heard
- say: "Reply exactly: \${heard.text}\${heard.text}"
- expectReply: ee`,
];

test.concurrent("what a statement waits for is its own, and the next one since it acted", async ({
  onTestFinished,
}) => {
  const sandbox = await Sandbox.create(onTestFinished);
  const write = (id: string, steps: readonly string[]) => {
    const fences = steps.map((each, index) => `## Step ${index}\n\n\`\`\`yaml qa-step\n${each}\n\`\`\`\n`);
    return sandbox.write(`pack/${id}.md`, `# ${id}\n\n${fences.join("\n")}`);
  };
  await write("taken", TAKEN);
  await write("past", [`${APPLIED}\n- ask: hello\n- expectReload: hot\n  within: 1s`]);
  await write("another", [`- say: "Reply exactly: a"\n- ask: "Reply exactly: b"\n  reply: a`]);
  await write("next", [`- say: "Reply exactly: a"\n- say: "Reply exactly: b"\n- expectReply: b`]);
  const { report, stdout } = await sandbox.qa("run", "--pack", "pack");
  const of = (id: string) => report?.scenarios.find((scenario) => scenario.id === id);
  expect(of("taken"), stdout).toMatchObject({ verdict: "passed" });
  expect(of("past")?.failure).toMatchObject({
    message: "the reload came, and no other one after it",
    fault: "scenario",
  });
  expect(of("another")?.failure?.message).toBe('the reply: text is "b", expected "a"');
  const { failure } = of("next") ?? {};
  expect(failure).toMatchObject({
    message: 'the reply: text is "a", expected "b"',
    hint: expect.stringMatching(/^It answers "Reply exactly: a"/),
  });
  expect(failure?.headline).toBeUndefined();
});
