import { expect, test } from "vitest";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const RELEASE = "2026.4.26";

/** What the embedded gateway does not have, and what a release keeps in files of its own. */
const STEPS = `  - name: a cron job that is forced to run delivers, and its run is awaited
    actions:
      - call: env.gateway.call
        saveAs: job
        args:
          - cron.add
          - name: ping
            enabled: true
            schedule: { kind: at, at: { expr: "new Date(Date.now() + 86400000).toISOString()" } }
            sessionTarget: isolated
            wakeMode: now
            payload: { kind: agentTurn, message: "Reply exactly: pong" }
            delivery: { mode: announce, channel: qa-channel, to: "channel:harbor" }
      - assert: "(await listCronJobs(env)).some(({ id }) => id === job.id)"
      - set: startedAt
        value: { expr: "Date.now()" }
      - call: env.gateway.call
        args: [cron.run, { id: { ref: job.id }, mode: force }]
      - call: waitForCronRunCompletion
        saveAs: run
        args: [{ jobId: { ref: job.id }, afterTs: { ref: startedAt } }]
      - assert: "run.status === 'ok'"
      - call: waitForOutboundMessage
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.conversation.id === 'harbor' && message.text.includes('pong')" } }]
  - name: its command line answers in JSON
    actions:
      - call: runQaCli
        saveAs: health
        args: [{ ref: env }, [health, --json], { json: true }]
      - assert: "health.ok === true"
  - name: a plugin's tool is called over MCP
    actions:
      - call: stagePlugin
        saveAs: folder
        args:
          - env: { ref: env }
            name: qa-weathervane
            files:
              openclaw.plugin.json: { id: qa-weathervane, name: Weathervane, version: 1.0.0, contracts: { tools: [wind] }, configSchema: { type: object, properties: {} } }
              package.json: { name: qa-weathervane, version: 1.0.0, type: module, openclaw: { extensions: [./index.js] } }
              index.js: |
                const execute = async (_id, { at }) => ({ content: [{ type: "text", text: "north at " + at }] });
                const parameters = { type: "object", properties: { at: { type: "string" } } };
                const wind = { name: "wind", label: "Wind", description: "Tells the wind", parameters, execute };
                export default { id: "qa-weathervane", register: (api) => api.registerTool(wind) };
      - call: restartGatewayWithConfigPatch
        args:
          - env: { ref: env }
            patch:
              plugins:
                load: { paths: { expr: "[...env.cfg.plugins.load.paths, folder]" } }
                entries: { qa-weathervane: { enabled: true } }
      - call: callPluginToolsMcp
        saveAs: answer
        args: [{ env: { ref: env }, toolName: wind, args: { at: harbor } }]
      - assert: "extractQaToolPayload(answer) === 'north at harbor'"
  - name: a session with a past goes on
    actions:
      - call: seedQaSessionTranscript
        args:
          - { ref: env }
          - sessionId: seeded-past
            sessionKey: agent:qa:seeded
            messages:
              - { role: user, text: "What is it called?" }
              - { role: assistant, text: "It is called Nebula." }
      - call: runAgentPrompt
        args: [{ ref: env }, { sessionKey: agent:qa:seeded, message: "Reply exactly: on" }]
      - call: readSessionTranscriptSummary
        saveAs: since
        args: [{ ref: env }, agent:qa:seeded, { afterEventCursor: 2 }]
      - assert: "since.finalText === 'on'"
      - assert: "readModelRequests().at(-1).allInputText.includes('It is called Nebula.')"
      - assert: "(await readRawQaSessionStore(env))['agent:qa:seeded'].sessionId === 'seeded-past'"`;

test("the vocabulary at work on a published release", { timeout: 400_000 }, async ({ skip }) => {
  const installed = await new ReleaseCache(cacheFolder(process.env)).find(RELEASE);
  skip(!installed, `openclaw@${RELEASE} is not installed: \`qa gateway install openclaw@${RELEASE}\``);
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/release.md", scenarioText("release", STEPS));
  const target = `openclaw@${RELEASE}`;
  const { exitCode, stdout } = await sandbox.qa("run", "release", "--pack", "pack", "--gateway", target);
  expect(exitCode, stdout).toBe(0);
});
