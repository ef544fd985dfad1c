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
const PATCH = "- patchConfig: { messages: { groupChat: { mentionPatterns: [hey] } } }\n  wait: answer";

/** What must not happen in a step, and does. */
const UNWANTED: Unwanted[] = [
  ["message", `- expectNoMessage\n${SAY}`, /^a message came, and none was expected: "MARKER-/],
  ["reply", `${SAY}\n- expectNoReply: { contains: "\${marker}" }`, /^a reply came/],
  ["request", `${SAY}\n- expectReply: "\${marker}"\n- expectNoModelRequest`, /^a request to the model came/],
  ["log", `- expectNoLog: { contains: evaluating reload }\n${PATCH}`, /^a line of the log came.*evaluating/],
  ["reload", `- expectNoReload\n${PATCH}`, /^a reload came.*hot/],
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
