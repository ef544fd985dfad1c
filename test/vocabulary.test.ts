import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ROOT, Sandbox, scenarioText } from "./testing/qa.ts";
import type { RecordedResult } from "./testing/record-results.ts";

/** Calls that need what the embedded gateway does not have, by the capability that is missing. */
const BEYOND_EMBEDDED: [id: string, capability: string, actions: string][] = [
  ["memory-status", "memory", "{ call: readDoctorMemoryStatus, args: [{ ref: env }] }"],
  [
    "memory-index",
    "memory",
    "{ call: forceMemoryIndex, args: [{ env: { ref: env }, query: a, expectedNeedle: b }] }",
  ],
  ["image-generation", "mediaModels", "{ call: ensureImageGenerationConfigured, args: [{ ref: env }] }"],
  ["browser", "browser", "{ call: browserOpenTab, args: [{ ref: env }, { url: 'http://127.0.0.1' }] }"],
  ["telemetry", "telemetry", "{ call: startQaOtlpTraceReceiver }"],
  [
    "known-broken",
    "tool:no_such_tool",
    "{ call: runRuntimeToolFixture, args: [{ ref: env }, { toolName: no_such_tool, knownBroken: { issue: '#1', reason: not there } }] }",
  ],
  [
    "tool-of-releases",
    "tool:web_fetch",
    "{ call: runRuntimeToolFixture, args: [{ ref: env }, { toolName: web_fetch }] }",
  ],
  [
    "known-lenient",
    "tool:session_status",
    "{ call: runRuntimeToolFixture, args: [{ ref: env }, { toolName: session_status, happyPrompt: 'Call the session_status tool with {}.', failurePrompt: 'Call the session_status tool with {}.', knownBroken: { reason: refuses nothing } }] }",
  ],
];

test("what the gateway cannot do ends as blocked and names what is missing, also where errors are caught", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, , action] of BEYOND_EMBEDDED) {
    const steps = `  - name: asks for it
    actions:
      - try:
          actions: [${action}]
          catch: [{ set: caught, value: true }]
  - name: is never reached
    actions: [{ call: reset }]`;
    await sandbox.write(`pack/test/${id}.md`, scenarioText(id, steps));
  }
  const ids = BEYOND_EMBEDDED.map(([id]) => id);
  const { exitCode, report, stdout } = await sandbox.qa("run", ...ids, "--pack", "pack", "--jobs", "2");
  const seen = Object.fromEntries(report?.scenarios.map((found) => [found.id, found]) ?? []);
  for (const [id, capability] of BEYOND_EMBEDDED) {
    const steps = [{ status: "blocked" }, { name: "is never reached", status: "not-reached" }];
    expect(seen[id], stdout).toMatchObject({ verdict: "blocked", steps });
    expect(seen[id]?.reason).toContain(capability.replace(/^tool:/, ""));
  }
  expect(report?.counts).toMatchObject({ passed: 0, failed: 0, blocked: BEYOND_EMBEDDED.length });
  expect(exitCode).toBe(4);
});

/** Scenarios that each show a part of the vocabulary at work. */
const AT_WORK: Record<string, string> = {
  channel: `  - name: messages go in and out, and are read back
    actions:
      - call: injectInboundMessage
        saveAs: question
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: "Reply exactly: high water" }]
      - call: waitForChannelOutboundMessage
        saveAs: reply
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.text === 'high water'" } }]
      - call: injectOutboundMessage
        args: [{ to: "dm:bob", text: beside }]
      - call: readTransportMessage
        saveAs: same
        args: [{ messageId: { ref: reply.id } }]
      - assert: "same.text === reply.text"
      - call: readTransportTranscript
        saveAs: transcript
        args: [{ ref: state }, { conversationId: alice }]
      - assert: "transcript.map((message) => message.direction).join() === 'inbound,outbound'"
      - assert: "getTransportSnapshot().messages.length === 3"
      - call: transport.handleAction
        args: [{ action: react, args: { messageId: { ref: reply.id }, emoji: "👍" } }]
      - assert: "readTransportMessage({ messageId: reply.id }).reactions.length === 1"
      - call: resetBus
      - assert: "getTransportSnapshot().messages.length === 0"`,
  sessions: `  - name: a session with a past goes on
    actions:
      - call: seedQaSessionTranscript
        args:
          - { ref: env }
          - sessionId: seeded-past
            sessionKey: agent:qa:seeded
            messages:
              - { role: user, text: "What is it called?" }
              - { role: assistant, content: [{ type: text, text: "It is called Nebula." }] }
      - call: readSessionTranscriptSummary
        saveAs: past
        args: [{ ref: env }, agent:qa:seeded]
      - assert: "past.finalText === 'It is called Nebula.' && past.eventCursor === 2"
      - call: runAgentPrompt
        saveAs: turn
        args: [{ ref: env }, { sessionKey: agent:qa:seeded, message: "Reply exactly: on" }]
      - assert: "turn.started.runId === turn.runId && turn.waited.status === 'ok'"
      - call: readSessionTranscriptSummary
        saveAs: since
        args: [{ ref: env }, agent:qa:seeded, { afterEventCursor: { ref: past.eventCursor } }]
      - assert: "since.finalText === 'on' && since.messageCount === 2"
      - assert: "readModelRequests().at(-1).allInputText.includes('It is called Nebula.')"
      - call: readRawQaSessionStore
        saveAs: store
        args: [{ ref: env }]
      - assert: "store['agent:qa:seeded'].sessionId === 'seeded-past'"
      - assert: "resolveSessionTranscriptsDirForAgent('qa').startsWith(env.gateway.tempRoot)"
      - assert: "(await readSessionTranscriptSummary(env, 'agent:qa:nobody', { allowEmpty: true })).eventCursor === 0"
  - name: a tool is called with what it takes, and with what it must refuse
    actions:
      - assert: "env.primaryModel === 'mock-openai/gpt-5.5' && env.alternateModel === 'mock-openai/gpt-5.5-alt'"
      - call: runRuntimeToolFixture
        saveAs: read
        args: [{ ref: env }, { toolName: read }]
      - assert: "read.includes('no-such-file.txt')"
      - call: runRuntimeToolFixture
        args: [{ ref: env }, { toolName: session_status }]
      - assert: "readModelRequests().every((request) => request.model === 'gpt-5.5')"`,
  tools: `  - name: a tool is offered, used and refused
    actions:
      - call: runRuntimeToolFixture
        saveAs: used
        args:
          - { ref: env }
          - toolName: read
            happyPrompt: 'Call the read tool with {"path": "runtime-tool-fixture-edit.txt"}.'
            failurePrompt: 'Call the read tool with {"path": "../outside.txt"}.'
      - assert: "used.includes('runtime-tool-fixture-edit.txt') && used.includes('../outside.txt')"
      - call: runRuntimeToolFixture
        saveAs: absent
        args: [{ ref: env }, { toolName: no_such_tool, expectedAvailable: false }]
      - assert: "absent.startsWith('no_such_tool is not offered')"`,
  "gateway-facts": `  - name: the process and its command line
    actions:
      - assert: "env.gateway.getProcessCpuMs() > 0 && env.gateway.getProcessRssBytes() > 1e7"
      - assert: "env.gateway.evidenceIdentity.product === 'embedded gateway'"
      - assert: "env.gateway.cliCommand.argsPrefix.length === 1 && env.gateway.cfg.gateway.mode === 'local'"
      - call: runQaCli
        saveAs: health
        args: [{ ref: env }, [health, --json], { json: true }]
      - assert: "health.ready === true"
      - try:
          actions: [{ call: runQaCli, args: [{ ref: env }, [no-such-command]] }]
          catchAs: failure
          catch: [{ set: text, value: { expr: failure.message } }]
      - assert: "text.startsWith('qa cli failed (1): openclaw no-such-command: ') && text.includes('unknown command')"
      - call: assertNoGatewayLogSentinels
        saveAs: none
        args: [{ allowEnvironmentBlocked: true }]
      - assert: "none.length === 0"`,
  values: `  - name: what only computes
    actions:
      - assert: "(await qaImport('node:path')).basename('/a/b.md') === 'b.md'"
      - assert: "splitModelRef(env.primaryModel).provider === normalizeModelRef(env.primaryModel).provider"
      - assert: "resolveAgentRoute({ cfg: env.cfg, channel: 'qa-channel', peer: { kind: 'channel', id: 'Room' } }).sessionKey === 'agent:qa:qa-channel:channel:room'"
      - assert: "atob(imageUnderstandingValidPngBase64).slice(1, 4) === 'PNG'"
      - assert: "atob(imageUnderstandingLargePngBase64).length > atob(imageUnderstandingPngBase64).length"
      - assert: "formatMemoryDreamingDay(0, 'UTC') === '1970-01-01'"
      - assert: "activeMemoryToggleKey('agent:qa:main').length === 64"
      - assert: "normalizeLowercaseStringOrEmpty('  Ab ') === 'ab' && normalizeLowercaseStringOrEmpty(1) === ''"
      - assert: "hasDiscoveryLabels('Worked, failed, blocked, follow-up') && !hasDiscoveryLabels('worked')"
      - assert: "extractMediaPathFromText(JSON.stringify({ details: { media: { path: '/a.png' } } })) === '/a.png'"
      - call: runScenario
        saveAs: ran
        args: [two, [{ name: one, run: { lambda: { expr: "'first'" } } }]]
      - assert: "ran.steps[0].details === 'first'"
      - call: transport.buildAgentDelivery
        saveAs: delivery
        args: [{ target: "dm:alice" }]
      - assert: "delivery.replyTo === 'dm:alice' && transport.requiredPluginIds[0] === delivery.channel"`,
};

test("the vocabulary at work on the embedded gateway", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, steps] of Object.entries(AT_WORK)) {
    await sandbox.write(`pack/test/${id}.md`, scenarioText(id, steps));
  }
  const ids = Object.keys(AT_WORK);
  const results = join(sandbox.folder, "results.jsonl");
  const recorder = pathToFileURL(join(ROOT, "test/testing/record-results.ts")).href;
  const recording = { RESULTS_FILE: results, NODE_OPTIONS: `--import=${recorder}` };
  const { exitCode, report, stdout } = await sandbox.qaWith(
    recording,
    ...["run", ...ids, "--pack", "pack", "--jobs", "2"],
  );
  expect(report?.counts, stdout).toMatchObject({ passed: ids.length, failed: 0, blocked: 0 });
  expect(exitCode).toBe(0);
  const lines = (await readFile(results, "utf8")).trim().split("\n");
  const recorded = lines.map((line): RecordedResult => JSON.parse(line));
  expect(recorded.filter(({ problem }) => problem !== "")).toEqual([]);
  expect(new Set(recorded.map(({ path }) => path)).size).toBeGreaterThan(25);
});

/** Steps that must fail, with the code of their failure. */
const FAILING: Record<string, { code: string; steps: string }> = {
  "failure-reply": {
    code: "failure-reply",
    steps: `  - name: waits for an answer that cannot come
    actions:
      - call: injectOutboundMessage
        args: [{ to: "dm:alice", text: "⚠️ Agent failed before reply: no model" }]
      - call: waitForOutboundMessage
        saveAs: accepted
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.text.includes('failed before')" } }]
      - call: waitForOutboundMessage
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.text === 'never'" } }, 60000]`,
  },
  "unknown-kind": {
    code: "bad-argument",
    steps: `  - name: looks for a kind that there is not
    actions: [{ call: scanGatewayLogSentinels, args: [{ kinds: [plugin-hooks] }] }]`,
  },
  "empty-transcript": {
    code: "transcript-empty",
    steps: `  - name: reads what there is not
    actions: [{ call: readSessionTranscriptSummary, args: [{ ref: env }, agent:qa:nobody] }]`,
  },
  "agent-escapes": {
    code: "bad-argument",
    steps: `  - name: leaves the state folder by the id of an agent
    actions:
      - call: seedQaSessionTranscript
        args: [{ ref: env }, { sessionId: past, sessionKey: agent:qa:past, agentId: ../../../x, messages: [] }]`,
  },
  "agent-escapes-reading": {
    code: "bad-argument",
    steps: `  - name: leaves the state folder by the id of an agent
    actions: [{ call: readRawQaSessionStore, args: [{ ref: env }, { agentId: ../../../x }] }]`,
  },
  "tool-refuses-nothing": {
    code: "tool-fixture",
    steps: `  - name: expects a refusal that does not come
    actions:
      - call: runRuntimeToolFixture
        args:
          - { ref: env }
          - toolName: session_status
            happyPrompt: Call the session_status tool with {}.
            failurePrompt: Call the session_status tool with {}.`,
  },
  "tool-missing": {
    code: "tool-missing",
    steps: `  - name: needs a tool that is not offered
    actions: [{ call: runRuntimeToolFixture, args: [{ ref: env }, { toolName: no_such_tool }] }]`,
  },
};

test("a misuse or a broken promise fails at once and says why", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, { steps }] of Object.entries(FAILING)) {
    await sandbox.write(`pack/test/${id}.md`, scenarioText(id, steps));
  }
  const ids = Object.keys(FAILING);
  const { exitCode, report } = await sandbox.qa("run", ...ids, "--pack", "pack", "--jobs", "2");
  const codes = Object.fromEntries(report?.scenarios.map(({ id, failure }) => [id, failure?.code]) ?? []);
  expect(codes).toEqual(Object.fromEntries(Object.entries(FAILING).map(([id, { code }]) => [id, code])));
  expect(exitCode).toBe(1);
});

test("a module that needs a permission is found before a gateway boots, however it is imported", async () => {
  const sandbox = await Sandbox.create();
  const importing = (action: string) => `  - name: imports
    actions:
      - ${action}
      - assert: "Boolean(await qaImport('node:path'))"`;
  const byCall = importing('{ call: qaImport, args: ["node:child_process"] }');
  const inExpression = importing(`assert: "(await qaImport('node:fs')).existsSync('/')"`);
  await sandbox.write("pack/test/by-call.md", scenarioText("by-call", byCall));
  await sandbox.write("pack/test/in-expression.md", scenarioText("in-expression", inExpression));
  const permission = "permissions: [import]\n";
  await sandbox.write("pack/test/allowed.md", scenarioText("allowed", inExpression, permission));

  const { stdout } = await sandbox.qa("check", "--pack", "pack", "--json");
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { file: string; line: number; code: string; message: string }[];
  };
  const found = diagnostics.filter(({ code }) => code === "permission-required");
  expect(found.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([
    "pack/test/by-call.md:15 `qaImport('node:child_process')` needs the permission `import`, which the scenario does not declare",
    "pack/test/in-expression.md:15 `qaImport('node:fs')` needs the permission `import`, which the scenario does not declare",
  ]);
  const allowed = await sandbox.qa("run", "allowed", "--pack", "pack");
  expect(allowed.exitCode, allowed.stdout).toBe(0);
});
