import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

const RESTARTS = "- patchConfig: { gateway: { controlUi: { basePath: /qa } } }";
const SAYS = '- say: "Reply exactly: hello"';

/** The steps of scenarios, by what they are called. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "restart-of-before": [`${RESTARTS}\n  reload: restart`, `${SAYS}\n- expectRestart:\n  within: 1s`],
  "restart-asked-for": ["- restartGateway", `${SAYS}\n- expectReply: hello\n- expectRestart:\n  within: 1s`],
  "restart-late": [
    `${RESTARTS}\n  wait: answer`,
    "- expectRestart",
    `${RESTARTS.replace("/qa", "/other")}\n- expectRestart`,
  ],
  "outage-of-before": ["- restartGateway", "- expectRestart: { outageMs: { below: 5 } }"],
  "channel-off": [
    `- patchConfig: { channels: { qa-channel: { enabled: false } } }\n  reload: hot\n${SAYS}\n- expectNoReply`,
  ],
  "same-content": [
    "- editConfig: { gateway: { mode: local } }\n  reload: none\n- editConfig: { gateway: { mode: local } }\n- expectReload: none",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a text of a step holds
    '- expectFile: "${gateway.configPath}"\n  saveAs: file\n- editConfig: "${file.text}\\n"\n  reload: none\n- expectNoReload',
  ],
  "nothing-to-change": ["- editConfig: { gateway: { mode: local } }\n  reload: hot"],
  "reply-taken": ['- ask: "Reply exactly: hello"\n- expectReply: hello\n  within: 1s'],
  "not-in-order": [
    `${SAYS}\n- expectInOrder:\n    - expectMessage: never\n      within: 1s\n    - expectMessage: neither\n  within: 60s`,
  ],
  "in-order": [
    '- say: "Reply exactly: a"\n- say: "Reply exactly: b"\n- say: "Reply exactly: a"\n- expectInOrder:\n    - expectMessage: b\n    - expectMessage: a\n  within: 20s',
  ],
  "out-of-order": [
    '- say: "Reply exactly: a"\n- say: "Reply exactly: b"\n- expectInOrder:\n    - expectMessage: b\n    - expectMessage: a\n  within: 2s',
  ],
  "kept-asking": ['- keepAsking: "Reply exactly: a"\n  reply: b\n  within: 2s'],
  "no-refusal": ['- holdModel\n- ask: "Reply exactly: a"\n  within: 1s\n  error: { exists: true }'],
  "refusal-by-code": [
    '- holdModel\n- ask: "Reply exactly: a"\n  within: 1s\n  error: { code: turn-timeout }',
  ],
  "no-session": ["- expectHistory: { count: 0 }\n  session: never-opened\n  within: 1s"],
  "still-under-way": [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a text of a step holds
    '- holdModel\n- startTurn: "Reply exactly: a"\n  saveAs: turn\n- expectTurn: "${turn.runId}"\n  is: { status: { not: ok } }\n  within: 1s',
  ],
  "held-back": [`- holdModel\n${SAYS}\n- expectReply: hello\n  within: 1s`],
  caught: ["- ask: \"Reply exactly: abc\"\n  reply: { captures: { pattern: 'x(.)', values: { every: a } } }"],
};

test.concurrent("what is past, switched off, taken or the same is said for what it is", async ({
  onTestFinished,
}) => {
  const sandbox = await Sandbox.create(onTestFinished);
  for (const [id, steps] of Object.entries(FILES)) {
    const fences = steps.map((each, index) => `## Step ${index}\n\n\`\`\`yaml qa-step\n${each}\n\`\`\`\n`);
    await sandbox.write(`pack/${id}.md`, `# ${id}\n\n${fences.join("\n")}`);
  }
  const { report, stdout } = await sandbox.qa("run", "--pack", "pack");
  const of = (id: string) => report?.scenarios.find((scenario) => scenario.id === id);
  const passed = report?.scenarios.filter(({ verdict }) => verdict === "passed").map(({ id }) => id);
  expect(passed?.toSorted(), stdout).toEqual(["in-order", "refusal-by-code", "restart-late", "same-content"]);
  for (const id of ["restart-of-before", "restart-asked-for"])
    expect(of(id)?.failure).toMatchObject({
      message: "the gateway did not restart",
      hint: expect.stringContaining("is past"),
    });
  expect(of("outage-of-before")?.failure).toMatchObject({
    message: expect.stringMatching(/^the outage was not measured/),
    fault: "scenario",
  });
  expect(of("channel-off")?.failure).toMatchObject({ code: "not-judged", fault: "scenario" });
  expect(of("nothing-to-change")?.failure).toMatchObject({
    message: 'there was nothing to change, expected { outcome: "hot" }',
    fault: "scenario",
  });
  expect(of("reply-taken")?.failure).toMatchObject({
    message: "`ask` has taken the reply, and no other one came",
    fault: "scenario",
  });
  expect(of("not-in-order")?.failure?.message).toMatch(/^a message .*did not come/);
  expect(stdout).not.toContain("leak:");
  expect(of("out-of-order")?.failure?.message).toMatch(
    /^expectMessage 2 came \d+ ms before expectMessage 1, expected/,
  );
  expect(of("kept-asking")?.failure?.message).toMatch(/^the last reply: text is "a"/);
  expect(of("no-refusal")?.failure?.code).toBe("turn-timeout");
  expect(of("no-session")?.failure?.message).toMatch(/^the history of agent:.* is not there/);
  expect(of("still-under-way")?.failure?.message).toMatch(/^the turn .* has not ended$/);
  expect(of("held-back")?.failure).toMatchObject({
    message: "the reply did not come: the scenario holds the model's answer",
    fault: "scenario",
  });
  expect(of("caught")?.failure?.message).toMatch(
    /^the reply: what the pattern caught in text is \[\], expected/,
  );
});
