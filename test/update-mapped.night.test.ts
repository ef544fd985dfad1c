import { expect, onTestFinished, test, vi } from "vitest";
import { startProvider } from "./testing/provider.ts";
import { Sandbox } from "./testing/qa.ts";

const ID = "foreign-self-update";
const GUARD = "OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF";
const KEY = "a-key-of-this-test";

/**
 * In the form, and with the calls, of upstream's scenario of the same purpose: two fences, a guard inside of the flow,
 * a live provider, and a published release to begin with.
 */
const SCENARIO = `# An update that was written for releases

\`\`\`yaml qa-scenario
id: ${ID}
title: An update that was written for releases
surface: runtime
objective: An agent updates the package that its gateway was installed from.
successCriteria:
  - The note reaches the channel after the restart.
docsRefs:
  - docs/cli/update.md
codeRefs:
  - src/gateway/server-methods/update.ts
execution:
  kind: flow
  config:
    requiredProviderMode: live-frontier
    sourceVersion: "2026.4.26"
    targetTag: latest
    allowEnv: ${GUARD}
    channelId: qa-room
\`\`\`

\`\`\`yaml qa-flow
steps:
  - name: the agent updates its gateway
    actions:
      - if:
          expr: "env.gateway.runtimeEnv[config.allowEnv] !== '1'"
          then:
            - assert: "true"
          else:
            - call: waitForGatewayHealthy
              args: [{ ref: env }, 60000]
            - call: waitForQaChannelReady
              args: [{ ref: env }, 60000]
            - call: reset
            - set: sessionKey
              value:
                expr: "buildAgentSessionKey({ agentId: 'qa', channel: 'qa-channel', peer: { kind: 'channel', id: config.channelId } })"
            - call: createSession
              args: [{ ref: env }, Foreign update, { ref: sessionKey }]
            - call: readEffectiveTools
              saveAs: tools
              args: [{ ref: env }, { ref: sessionKey }]
            - assert: "tools.has('gateway')"
            - set: startIndex
              value: { expr: state.getSnapshot().messages.length }
            - set: marker
              value: { expr: "\`QA-UPDATE-RUN-\${randomUUID().slice(0, 8)}\`" }
            - call: startAgentRun
              saveAs: started
              args:
                - ref: env
                - sessionKey: { ref: sessionKey }
                  to: { expr: "\`channel:\${config.channelId}\`" }
                  message:
                    expr: |-
                      \`This gateway was installed from openclaw@\${config.sourceVersion} and updates itself to openclaw@\${config.targetTag}. Use the gateway tool with action=update.run. Set note exactly to "\${marker} update.run complete" and restartDelayMs to 0.\`
                  timeoutMs: { expr: "liveTurnTimeoutMs(env, 180000)" }
            - call: waitForGatewayHealthy
              args: [{ ref: env }, 180000]
            - call: waitForQaChannelReady
              args: [{ ref: env }, 180000]
            - call: waitForOutboundMessage
              saveAs: outbound
              args:
                - ref: state
                - lambda: { params: [candidate], expr: candidate.text.includes(marker) }
                - expr: liveTurnTimeoutMs(env, 180000)
                - sinceIndex: { ref: startIndex }
            - call: env.gateway.call
              saveAs: updateStatus
              args: [update.status, {}, { timeoutMs: 30000 }]
            - assert:
                expr: "Boolean(updateStatus?.sentinel)"
                message: { expr: "\`no sentinel: \${JSON.stringify(updateStatus)}\`" }
    detailsExpr: "env.gateway.runtimeEnv[config.allowEnv] !== '1' ? 'skipped' : \`from \${config.sourceVersion}, now \${updateStatus.sentinel.stats.after.version}, \${updateStatus.sentinel.status}\`"
\`\`\`
`;

async function run(guard: string | undefined) {
  const provider = await startProvider(KEY);
  const environment = {
    GATEWAY_QA_LIVE_API_KEY: KEY,
    GATEWAY_QA_LIVE_BASE_URL: provider.baseUrl,
    GATEWAY_QA_LIVE_MODEL: "a-model",
    [GUARD]: guard,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const sandbox = await Sandbox.create();
  await sandbox.write(`pack/qa/scenarios/runtime/${ID}.md`, SCENARIO);
  return sandbox.qa("run", ID, "--pack", "pack", "--model", "live");
}

test("an update that names a published release runs on the embedded gateway's own, which is said first", async () => {
  const { exitCode, report, stdout, stderr } = await run("1");
  expect(stderr.split("\n")[0]).toBe(
    `note: ${ID}: the embedded gateway has no release 2026.4.26: 1.0.0 (previous) updates itself to 1.1.0 (latest) instead`,
  );
  expect(report?.scenarios, stdout).toMatchObject([
    { id: ID, verdict: "passed", steps: [{ details: "from 1.0.0, now 1.1.0, ok" }] },
  ]);
  expect(exitCode).toBe(0);
});

test("without its guard it is skipped, and not a pass", async () => {
  const { exitCode, report, stderr } = await run(undefined);
  expect(report?.scenarios).toMatchObject([{ id: ID, verdict: "skipped" }]);
  expect(stderr).not.toContain("note:");
  expect(exitCode).toBe(4);
});
