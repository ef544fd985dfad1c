import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const DAYS_30_MS = 30 * 24 * 60 * 60 * 1000;

// Each of these fires at once where it is longer than one of Node's timers can be.
const LONG_LIMITS = scenarioText(
  "long-limits",
  `  - name: a turn, its model and the waits for them may take thirty days
    timeoutMs: ${DAYS_30_MS}
    actions:
      - call: fetchJson
        args: [{ expr: "env.gateway.baseUrl + '/readyz'" }]
      - set: reply
        value: { expr: "env.gateway.call('chat.send', { sessionKey: 'agent:qa:a', message: 'go', idempotencyKey: 'k' })" }
      - set: sent
        value: { expr: "await reply" }
      - set: waits
        value: { expr: "[env.gateway.call('agent.wait', { runId: sent.runId, timeoutMs: ${DAYS_30_MS} }, { timeoutMs: ${DAYS_30_MS} }), waitForCondition(() => false, Infinity), waitForCondition(() => false, ${DAYS_30_MS})].map((wait) => wait.then((value) => JSON.stringify(value), (error) => error.message))" }
      - set: first
        value: { expr: "await Promise.race([...waits, waitForCondition(() => false, 400).catch(() => 'none of them')])" }
      - assert: "first === 'none of them'"
`,
  `gatewayConfigPatch: { agents: { defaults: { timeoutSeconds: ${DAYS_30_MS / 1000} } } }
execution: { timeoutMs: ${DAYS_30_MS} }
`,
).replace(
  "```yaml qa-flow",
  `\`\`\`yaml qa-model
rules:
  - { match: { lastUser: go }, reply: too early, delayMs: ${DAYS_30_MS} }
\`\`\`

\`\`\`yaml qa-flow`,
);

test("limits of thirty days are no limits of a millisecond, and a proxy gets nothing of loopback", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/long-limits.md", LONG_LIMITS);
  const proxy = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "example.com" };
  const { exitCode, stdout } = await sandbox.qaWith(proxy, "run", "--pack", "pack");
  expect(stdout).toContain("1 passed");
  expect(exitCode).toBe(0);
});

test("--slow stretches waits and watchdogs, and the run and its report say so", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/slow.md",
    scenarioText(
      "slow",
      `  - name: a wait
    actions:
      - set: seen
        value: { expr: "await waitForCondition(() => false, 20).catch((error) => error.message)" }
      - assert: { expr: "seen.startsWith('timed out after 60ms')", message: { expr: seen } }
  - name: a step
    timeoutMs: 50
    actions:
      - call: waitForCondition
        args: [{ lambda: { expr: "false" } }]
`,
    ),
  );
  const { exitCode, stdout, report } = await sandbox.qa("run", "--pack", "pack", "--slow", "3");
  expect(stdout).toContain("All limits are 3 times as long as usual");
  expect(report?.slow).toBe(3);
  expect(report?.scenarios[0]?.failure).toMatchObject({
    code: "step-timeout",
    message: expect.stringContaining("did not finish within 150 ms"),
  });
  expect(exitCode).toBe(1);
});

test("the environment can say how slow a machine is, in a number", async () => {
  const sandbox = await Sandbox.create();
  const { exitCode, stderr } = await sandbox.qaWith({ GATEWAY_QA_SLOW: "very" }, "list");
  expect(stderr).toMatch(/^error: GATEWAY_QA_SLOW is "very", which is no factor {2}\[usage\]/);
  expect(exitCode).toBe(2);
  expect((await sandbox.qa("run", "--all", "--slow", "0")).exitCode).toBe(2);
});
