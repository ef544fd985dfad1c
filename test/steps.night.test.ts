import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, Sandbox } from "./testing/qa.ts";

const PACK = join(ROOT, "test/testing/steps-pack");

test.concurrent("the other worked examples run", async ({ onTestFinished }) => {
  const sandbox = await Sandbox.create(onTestFinished);
  const ids = ["restart-deferral-during-turn", "supervisor-crash-loop"];
  const { exitCode, stdout } = await sandbox.qa("run", ...ids, "--pack", PACK);
  expect(exitCode, stdout).toBe(0);
});

test.concurrent("events that come in another order fail", async ({ onTestFinished }) => {
  const sandbox = await Sandbox.create(onTestFinished);
  const text = await readFile(join(PACK, "restart/restart-deferral-during-turn.md"), "utf8");
  const swapped = text.replace(/( {4}- expectMessage.*\n {6}times: 1\n)( {4}- expectRestart\n)/, "$2$1");
  expect(swapped).not.toBe(text);
  await sandbox.write("pack/swapped.md", swapped);
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(report?.scenarios[0]?.failure?.message, stdout).toMatch(
    /expectMessage came \d+ ms before expectRestart/,
  );
  expect(exitCode).toBe(1);
});

type Broken = [scenario: string, fault: string, step: RegExp, statement: RegExp, message: RegExp];

/** A worked example, the fault that breaks its subject, where it fails, and what it says. */
const BROKEN: Broken[] = [
  [
    "plugin-lifecycle-hot-reload",
    "skills-ignore-disabled",
    /switches it off/,
    /^expectSkill/,
    /skill lifecycle-marker: eligible is true, expected false/,
  ],
  [
    "plugin-lifecycle-hot-reload",
    "skills-catalogue-stale",
    /switches it on again/,
    /^ask/,
    /text is .*MARKER-/,
  ],
  ["plugin-lifecycle-hot-reload", "reload-drop", /switches it off/, /^patchConfig/, /never applied/],
  [
    "plugin-lifecycle-hot-reload",
    "reload-always-restart",
    /switches it off/,
    /^patchConfig/,
    /outcome is "restart", expected "hot"/,
  ],
  [
    "restart-deferral-during-turn",
    "restart-ignores-work",
    /the restart waits/,
    /^expectLog/,
    /a line of the log that fits did not come/,
  ],
  ["channel-reconnect-dedupe", "channel-duplicate-inbound", /only what is new/, /^expect/, /reply|message/],
  ["channel-reconnect-dedupe", "reload-always-restart", /only what is new/, /^expectReload/, /"restart"/],
  ["supervisor-crash-loop", "supervisor-never-gives-up", /then given up/, /^gatewayCli/, /took longer/],
];

describe.concurrent("with its subject broken, a worked example fails where it should", () => {
  test.for(BROKEN)("%s, %s", async ([scenario, fault, step, statement, message], { onTestFinished }) => {
    const sandbox = await Sandbox.create(onTestFinished);
    const { exitCode, report, stdout } = await sandbox.qa("run", scenario, "--pack", PACK, "--fault", fault);
    expect(report?.scenarios[0]?.failure, stdout).toMatchObject({
      fault: "product",
      code: "expectation-failed",
      step: { name: expect.stringMatching(step) },
      statement: expect.stringMatching(statement),
      message: expect.stringMatching(message),
    });
    expect(exitCode).toBe(1);
  });
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
