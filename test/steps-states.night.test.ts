import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

type Missed = [id: string, statements: string, message: RegExp, fault?: "scenario"];

/** What is expected, and is not so. */
const MISSED: Missed[] = [
  ["plugin", "- expectPlugin: no-such-plugin\n  within: 500ms", /^plugin no-such-plugin is not there$/],
  [
    "absent-plugin",
    "- expectPlugin: no-such-plugin\n  is: { not: { state: error } }\n  within: 500ms",
    /^plugin no-such-plugin is not there, expected/,
  ],
  [
    "absent-file",
    "- expectFile: no-such-file\n  is: { anyOf: [{ exists: true }, { not: { contains: a } }] }\n  within: 500ms",
    /^file no-such-file is not there, expected/,
  ],
  [
    "reply",
    '- ask: "Reply exactly: heard"\n  reply: { not: { equals: heard } }',
    /^the reply: text is "heard", expected not "heard"$/,
  ],
  [
    "loads",
    "- expectPluginLoads: [never-loaded]\n  within: 500ms",
    /^the plugins loaded: it is \[\], expected/,
  ],
  [
    "config",
    "- expectConfig: { gateway: { mode: remote } }\n  within: 500ms",
    /^the config: gateway.mode is "local", expected "remote"$/,
  ],
  [
    "session",
    "- expectSession: never-opened\n  within: 500ms",
    /^session agent:.*:never-opened is not there$/,
  ],
  [
    "history",
    '- ask: "Reply exactly: heard"\n- expectHistory: { some: { role: user, text: heard } }\n  within: 500ms',
    /^the history of agent:.*: \[1\]\.role is "assistant", expected "user"$/,
  ],
  [
    "near-skill",
    "- writeSkill: tides\n  description: a\n  body: b\n- expectSkill: tiides\n  within: 500ms",
    /^skill tiides is not there; did you mean `tides`\?$/,
  ],
  [
    "near-channel",
    "- expectChannel: { connected: true }\n  channel: qa-chanel\n  within: 500ms",
    /^the account of qa-chanel is not there, expected .*; did you mean `qa-channel`\?$/,
  ],
  ["near-tool", "- expectTool: raed\n  within: 500ms", /^tool raed is not there; did you mean `read`\?$/],
  [
    "near-session",
    '- ask: "Reply exactly: heard"\n  session: tides\n- expectSession: tiides\n  within: 500ms',
    /^session agent:.*:tiides is not there; did you mean `tides`\?$/,
  ],
  [
    "near-history",
    '- ask: "Reply exactly: heard"\n  session: tides\n- expectHistory: { count: 2 }\n  session: tiides\n  within: 500ms',
    /^the history of agent:.*:tiides is not there, .*; did you mean `tides`\?$/,
  ],
  [
    "other-session",
    '- ask: "Reply exactly: heard"\n  session: tides\n- expectHistory: { count: 2 }\n  within: 500ms',
    /^no turn ran in the session that `ask` uses where it names none$/,
  ],
  [
    "near-room",
    '- say: "@openclaw Reply exactly: heard"\n  in: tides\n- expectMessage: heard\n  in: tiides\n  within: 3s',
    /^a message did not come: nothing came in `tiides`; messages came in `tides`$/,
  ],
  ["health", "- expectHealth: { ok: false }\n  within: 500ms", /^the health: ok is true, expected false$/],
  ["file", "- expectFile: no-such-file\n  within: 500ms", /^file no-such-file is not there$/],
  ["escape", "- expectFile: ../../../etc/passwd", /is not in the gateway's own folders$/, "scenario"],
  [
    "state",
    `- ask: "Reply exactly: heard"\n  saveAs: said\n- expectMessageState: "\${said.id}"\n  is: { deleted: true }\n  within: 500ms`,
    /^message .*: deleted is not there, expected true$/,
  ],
  [
    "order",
    '- startTurn: "Reply exactly: heard"\n- expectInOrder:\n    - expectMessage: heard\n    - expectModelRequest: { prompt: { contains: heard } }',
    /^expectModelRequest came \d+ ms before expectMessage, expected after it$/,
  ],
  ["json", "- gatewayCli: [--version]\n  json: { ready: true }", /^openclaw --version printed no JSON$/],
  [
    "outage",
    "- patchConfig: { gateway: { controlUi: { basePath: /qa } } }\n  wait: answer\n- expectRestart: { outageMs: { below: 1 } }",
    /^the restart: outageMs is \d+, expected below 1$/,
  ],
  [
    "cron",
    `- rpc: cron.add
  params:
    name: tide
    schedule: { kind: at, at: { expr: new Date(Date.now() + 500).toISOString() } }
    sessionTarget: isolated
    wakeMode: now
    payload: { kind: agentTurn, message: "Reply exactly: high tide" }
    delivery: { mode: announce, channel: qa-channel, to: "channel:qa-room" }
  saveAs: job
- expectCronRun: ok
  job: "\${job.id}"
- expectMessage: high tide
  times: 1
- expectCronRun: error
  job: "\${job.id}"
  within: 500ms`,
    /^a cron run did not come$/,
  ],
];

test("what is not as expected fails its statement, and the failure says what is there", async () => {
  const sandbox = await Sandbox.create();
  for (const [id, statements] of MISSED)
    await sandbox.write(
      `pack/no-${id}.md`,
      `# No ${id}\n\n## Step\n\n\`\`\`yaml qa-step\n${statements}\n\`\`\`\n`,
    );
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(exitCode, stdout).toBe(1);
  const failures = new Map(report?.scenarios.map(({ id, failure }) => [id, failure]));
  for (const [id, statements, message, fault = "product"] of MISSED) {
    const last = statements.split("\n- ").at(-1)?.match(/\w+/)?.[0] ?? "";
    expect(failures.get(`no-${id}`), id).toMatchObject({
      fault,
      statement: expect.stringMatching(`^${last}`),
      message: expect.stringMatching(message),
    });
  }
});

test("a file is no way out of the gateway's folders, not even by a link", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/link.md",
    `---
permissions: [fs]
---
# Link

## Step

\`\`\`yaml qa-step
- rpc: health
  answer: { ok: { expr: "fs.symlink('/etc', env.gateway.stateDir + '/link') !== it" } }
- expectFile: link/passwd
  within: 2s
\`\`\`
`,
  );
  const { report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(report?.scenarios[0]?.failure, stdout).toMatchObject({
    code: "bad-argument",
    message: "expectFile: link/passwd is not in the gateway's own folders",
  });
});
