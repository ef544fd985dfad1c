import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

/** A turn in another session, whose answer comes long after what the step itself waits for. */
const LATE = `- startTurn: Tell me late
  session: elsewhere
- expectModelRequest: { prompt: { contains: Tell me late } }`;
/** One whose answer the scenario keeps back, and one that waits for its place behind it. */
const HELD = `- ask: "Reply exactly: first"
- holdModel
- say: "Reply exactly: kept back"
- say: "Reply exactly: behind it"
- expectModelRequest: { allInputText: { contains: kept back } }`;

const SCENARIOS = {
  "no-message": `${LATE}\n- expectNoMessage`,
  "one-time": `- ask: "Reply exactly: late answer"\n${LATE}\n- expectMessage: late answer\n  times: 1`,
  "closed-list": `- ask: "Reply exactly: at once"\n${LATE}\n- expectMessages: [at once]`,
  held: `${HELD}\n- expectNoMessage: { text: { not: first } }\n- expectMessages: [first]`,
  "in-order": `- startTurn: Tell me late\n- expectInOrder:\n    - expectModelRequest: { prompt: { contains: Tell me late } }\n    - expectMessage: late answer`,
  "too-late": `${LATE}\n- expectNoMessage: never said\n  within: 100ms`,
};

/** A chat command of a plugin that takes its time. */
const SLOW_COMMAND = `export default {
  register(api) {
    const handler = () => new Promise((resolve) => setTimeout(resolve, 1500, { text: "slow answer" }));
    api.registerCommand({ name: "slow", description: "Takes its time.", handler });
  },
};`;

/** Edits that the gateway notices later than the step ends. */
const EDITS = {
  restarts: "- editConfig: { gateway: { controlUi: { basePath: /qa } } }\n- expectNoRestart",
  reloads: "- editConfig: { messages: { groupChat: { mentionPatterns: [a] } } }\n- expectNoReload",
  invalid: '- editConfig: "{ not json"\n- expectNoLog: { contains: invalid }',
  keeps: "- editConfig: { messages: { groupChat: { mentionPatterns: [a] } } }\n- expectNoRestart",
  "restarts-later": `- holdModel\n- startTurn: "Reply exactly: held"\n- expectModelRequest: { prompt: { contains: held } }
- editConfig: { gateway: { controlUi: { basePath: /qa } } }\n- expectNoRestart`,
};

const MODEL = `\`\`\`yaml qa-model
rules:
  - match: { lastUser: Tell me late }
    delayMs: 1500
    reply: late answer
\`\`\``;

test("what must not come is judged when no turn is under way that could still bring it", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, statements] of Object.entries(SCENARIOS))
    await sandbox.write(
      `pack/${id}.md`,
      `# ${id}\n\n${MODEL}\n\n## Step\n\n\`\`\`yaml qa-step\n${statements}\n\`\`\`\n`,
    );
  await sandbox.write("pack/package.json", "{}");
  await sandbox.write(
    "pack/fixtures/plugins/slow/openclaw.plugin.json",
    '{ "id": "slow", "configSchema": {}, "activation": { "onStartup": true } }',
  );
  await sandbox.write("pack/fixtures/plugins/slow/index.js", SLOW_COMMAND);
  await sandbox.write(
    "pack/slow-command.md",
    "---\nplugins: [slow]\n---\n\n# Slow\n\n## Step\n\n```yaml qa-step\n- say: /slow\n- expectNoMessage\n```\n",
  );
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(exitCode, stdout).toBe(1);
  const failures = Object.fromEntries((report?.scenarios ?? []).map(({ id, failure }) => [id, failure]));
  expect(failures["no-message"], stdout).toMatchObject({
    message: expect.stringMatching(/^a message came .*`expectNoMessage` forbids any: "late answer"$/),
  });
  expect(failures["one-time"]).toMatchObject({ message: "a message that fits came 2 times, expected 1" });
  expect(failures["closed-list"]).toMatchObject({
    message: 'message 2 was not expected: "late answer"',
  });
  expect(failures["slow-command"], stdout).toMatchObject({
    message: expect.stringMatching(/^a message came .*`expectNoMessage` forbids any: "slow answer"$/),
  });
  expect(failures.held).toBeUndefined();
  expect(failures["in-order"]).toBeUndefined();
  expect(failures["too-late"]).toMatchObject({
    code: "not-judged",
    fault: "scenario",
    message: "it could not be judged whether more comes: the model has not answered 1 request",
  });
});

test("what must not come of an edit by hand is judged when the gateway has taken the edit", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, statements] of Object.entries(EDITS))
    await sandbox.write(`pack/${id}.md`, `# ${id}\n\n## Step\n\n\`\`\`yaml qa-step\n${statements}\n\`\`\`\n`);
  const { report, stdout } = await sandbox.qa("run", "--pack", "pack");
  const failures = Object.fromEntries((report?.scenarios ?? []).map(({ id, failure }) => [id, failure]));
  expect(failures.restarts, stdout).toMatchObject({ code: "unexpected-restart", fault: "product" });
  expect(failures.reloads, stdout).toMatchObject({ message: expect.stringContaining("a reload came") });
  expect(failures.invalid, stdout).toMatchObject({ message: expect.stringContaining("(invalid config)") });
  expect([failures.keeps, failures["restarts-later"]], stdout).toEqual([undefined, undefined]);
  const unseen = await sandbox.qa("run", "keeps", "--pack", "pack", "--fault", "config-watch-off");
  expect(unseen.report?.scenarios[0]?.failure, unseen.stdout).toMatchObject({
    code: "not-judged",
    fault: "product",
  });
});
