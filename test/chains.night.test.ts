import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULTS, type Fault } from "../fixtures/gateway/src/base/faults.ts";
import type { ScenarioReport } from "../runner/report/schema/report-schema.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** What a scenario does to a gateway that is broken in one way, and what its failure must say. */
interface Case {
  /** Statements of its one step; or a flow of the older form. */
  steps?: string;
  flow?: string;
  chain: string;
  /** The first link that must be missing; left out: the chain is whole, and the failure's own message says what is wrong. */
  missing?: string;
  frontMatter?: string;
  /** Before the steps. */
  more?: string;
}

const ASK = `
- say: "Reply exactly: HELLO"
  as: alice
- expectReply: HELLO
  within: 4s`;
const IN_ROOM = `
- say: "@openclaw Reply exactly: HELLO"
  in: lobby
  as: alice
- expectReply: HELLO
  within: 4s`;
const SWITCH_OFF = `
- writeSkill: marker
  description: Knows the marker
  body: "The marker is XYZ"
- expectSkill: marker
- patchConfig: { skills: { entries: { marker: { enabled: false } } } }
  wait: answer
- expectSkill: marker
  is: { disabled: true, eligible: false }
  within: 4s`;
const PLUGIN_OFF = `
- expectTool: almanac_edition
- patchConfig: { plugins: { entries: { almanac: { enabled: false } } } }
- expectTool: almanac_edition
  is: { exists: false }
  within: 4s`;
const RESTART = `
- holdModel
- startTurn: "Reply exactly: HELLO"
- expectModelRequest: { allInputText: { contains: HELLO } }
- patchConfig: { gateway: { controlUi: { basePath: /qa } } }
  wait: answer`;
const CUT_OFF = `
- holdModel
- say: "Reply exactly: HELLO"
  as: alice
- expectModelRequest: { allInputText: { contains: HELLO } }
- rpc: gateway.restart.request
  params: { delayMs: 0, skipDeferral: true, reason: a test }
- expectRestart
- releaseModel
- expectMessage: HELLO
  within: 4s`;

/** By fault: the expected first missing link. */
const EXPECTED: Partial<Record<Fault, Case>> = {
  "channel-gives-up": { steps: ASK, chain: "reply", missing: "accepted" },
  "turn-hang": { steps: ASK, chain: "reply", missing: "model-asked" },
  "channel-drop-outbound": { steps: ASK, chain: "reply", missing: "arrived" },
  "turn-crash": { steps: ASK, chain: "reply", missing: "sent" },
  "turn-takes-silence": {
    steps: ASK,
    chain: "reply",
    missing: "sent",
    more: '```yaml qa-model\nrules:\n  - match: { lastUser: HELLO }\n    reply: ""\n```\n',
  },
  "runs-forgotten": { steps: CUT_OFF, chain: "reply", missing: "taken-up" },
  "channel-ignore-mention": {
    steps: `
- say: "Reply exactly: HELLO"
  in: lobby
  as: alice
- expectNoReply`,
    chain: "reply",
  },
  "channel-ignore-thread": {
    steps: IN_ROOM.replace("expectReply: HELLO", "expectReply: { text: HELLO, threadId: thread-1 }").replace(
      "as: alice",
      "as: alice\n  thread: thread-1",
    ),
    chain: "reply",
  },
  "reload-drop": { steps: SWITCH_OFF, chain: "config", missing: "applied" },
  "skills-ignore-disabled": { steps: SWITCH_OFF, chain: "config" },
  "skills-watch-off": {
    steps:
      "\n- writeSkill: late\n  description: Comes late\n  body: Nothing.\n- expectSkill: late\n  within: 2s",
    chain: "skill",
    missing: "noticed",
  },
  "reload-always-restart": { steps: SWITCH_OFF.replace("wait: answer", "reload: hot"), chain: "config" },
  "plugins-reload-noop": {
    steps: PLUGIN_OFF,
    chain: "config",
    missing: "plugins-reloaded",
    frontMatter: "plugins: [almanac]",
  },
  "plugins-stale-tools": {
    steps: `
- ask: hello
${PLUGIN_OFF.replace("exists: false", "exists: true").trim()}`,
    chain: "plugin",
    missing: "enabled",
    frontMatter: "plugins: [almanac]",
  },
  "plugin-install-no-restart": {
    steps: `
- stagePlugin: almanac
  saveAs: folder
- rpc: plugins.install
  params: { source: local, path: "$\{folder}" }
- expectRestart:
  within: 4s`,
    chain: "restart",
    missing: "requested",
  },
  "plugins-ignore-empty-allow": {
    steps: "\n- expectTool: almanac_edition\n  within: 2s",
    chain: "plugin",
    missing: "enabled",
    frontMatter: "plugins: [almanac]\ngatewayConfigPatch: { plugins: { allow: [] } }",
  },
  "config-watch-off": {
    // A wait of the older form.
    flow: `
steps:
  - name: it breaks
    actions:
      - call: editConfigFile
        args:
          - ref: env
          - lambda:
              params: [text]
              expr: "JSON.stringify({ ...JSON.parse(text), skills: { entries: { marker: { enabled: false } } } })"
      - call: waitForCondition
        args:
          - lambda: { async: true, expr: "(await env.gateway.call('qa.gateway.status')).lastReload" }
          - 4000`,
    chain: "config",
    missing: "noticed",
  },
  "restart-waits-for-ever": {
    steps: `${RESTART}
- expectRestart:
  within: 4s`,
    chain: "restart",
    missing: "stopped",
  },
  "restart-ignores-work": { steps: `${RESTART}\n- expectNoRestart`, chain: "restart" },
  "sentinel-untold": {
    steps: `
- say: "@openclaw Reply exactly: HELLO"
  in: lobby
  as: alice
- expectReply: HELLO
- patchConfig: { gateway: { controlUi: { basePath: /qa } } }
  note: THE-NOTE
  deliveryContext: { channel: qa-channel, to: "channel:lobby" }
- expectMessage: { text: { contains: THE-NOTE } }
  within: 4s`,
    chain: "restart",
    missing: "note",
  },
  "sentinel-waits": {
    steps: `
- say: "@openclaw Reply exactly: HELLO"
  in: lobby
  as: alice
- expectReply: HELLO
- patchConfig: { gateway: { controlUi: { basePath: /qa } } }
  note: THE-NOTE
  deliveryContext: { channel: qa-channel, to: "channel:lobby" }
- expectMessage: { text: { contains: THE-NOTE } }
  within: 4s`,
    chain: "restart",
    missing: "note",
  },
  "restart-hangs-in-stop": {
    steps: `
- patchConfig: { gateway: { controlUi: { basePath: /qa } } }
  wait: answer
- expectRestart:
  within: 4s`,
    chain: "restart",
    missing: "stopped",
  },
  "restart-forgets-deferred": {
    steps: `${RESTART}
- releaseModel
- expectRestart:
  within: 4s`,
    chain: "restart",
    missing: "stopped",
  },
  "restart-drops-queue": {
    steps: CUT_OFF.replace(
      "- rpc:",
      `- say: "Reply exactly: SECOND"
  as: alice
- expectFile: runs.jsonl
  is: { contains: SECOND }
- rpc:`,
    ).replace("expectMessage: HELLO", "expectMessage: SECOND"),
    chain: "reply",
    missing: "taken-up",
  },
  "stop-drops-turns": {
    steps: `
- holdModel
- say: "Reply exactly: HELLO"
  as: alice
- expectModelRequest: { allInputText: { contains: HELLO } }
- stopAndStart
- releaseModel
- expectMessage: HELLO
  within: 4s`,
    chain: "reply",
    missing: "taken-up",
  },
  "config-watch-ends-at-error": {
    steps: `
- editConfig: '{ "gateway": { "port": '
  saveAs: file
- expectLog: { contains: invalid config }
- editConfig: { messages: { groupChat: { mentionPatterns: [late] } } }
  over: "$\{file.before}"
  reload: hot
  within: 4s`,
    chain: "config",
    missing: "noticed",
  },
  "reload-edit-skips-plugins": {
    steps: `
- expectTool: almanac_edition
- editConfig: { plugins: { entries: { almanac: { enabled: false } } } }
  reload: hot
- expectTool: almanac_edition
  is: { exists: false }
  within: 4s`,
    chain: "config",
    missing: "plugins-reloaded",
    frontMatter: "plugins: [almanac]",
  },
  "restart-loses-config": {
    steps: `
- patchConfig: { gateway: { controlUi: { basePath: /qa } } }
- rpc: config.get
  answer: { config: { gateway: { controlUi: { basePath: /qa } } } }`,
    chain: "config",
    missing: "applied",
  },
  "sentinel-corrupt-fatal": {
    steps: `
- stopAndStart:
  stateFiles: { restart-sentinel.json: no sentinel }`,
    chain: "restart",
    missing: "ready",
  },
};

/** Faults that break nothing that a chain is about, by what they break instead. */
const WITHOUT_CHAIN: Readonly<Record<string, readonly Fault[]>> = {
  "an answer of the gateway, or a file that it writes": [
    "config-accept-invalid",
    "config-answers-old",
    "config-apply-merges",
    "config-lost-update",
    "config-replaces-link",
    "config-shows-environment",
    "config-shows-secrets",
    "config-stamps-writes",
    "config-swaps-secrets",
    "config-write-fails",
    "config-writes-environment",
    "log-ignores-patterns",
    "log-shows-new-secrets",
    "message-actions-noop",
    "plugin-install-no-rollback",
    "plugin-install-says-hot",
    "plugin-uninstall-leaves-config",
    "plugin-update-accepts-drift",
    "restart-refused-silently",
    "restart-unannounced",
    "sentinel-dropped-silently",
    "transcript-loses-answers",
  ],
  "what is done, all of whose links happen": [
    "abort-leaves-queue",
    "activation-command-loads-all",
    "activation-ignores-hints",
    "activation-ignores-off",
    "channel-drops-attachments",
    "channel-duplicate-inbound",
    "commands-for-everybody",
    "commands-reach-model",
    "commands-restart-untold",
    "journal-torn-line-loses-all",
    "plugin-uninstall-comes-back",
    "plugin-update-keeps-source",
    "plugins-cut-channels",
    "plugins-ignore-deny",
    "plugins-load-all",
    "plugins-optional-open",
    "plugins-skip-dispose",
    "reload-channel-restarts",
    "reload-env-differs",
    "reload-skill-restarts",
    "restart-always-allowed",
    "restart-never-coalesces",
    "routing-ignored",
    "runs-recovered-twice",
    "send-key-forgotten",
    "send-key-shared",
    "sentinel-damaged-is-told",
    "sentinel-hidden-from-agent",
    "sentinel-lost-by-stop",
    "sentinel-repeated",
    "sessions-fold-case",
    "sessions-forget-choices",
    "sessions-store-not-rebuilt",
    "skills-catalogue-stale",
    "skills-dashes-end-header",
    "skills-ignore-requirements",
    "skills-new-wait-for-config",
    "skills-off-for-good",
    "threads-answered-in-first",
    "tools-deny-loses",
    "tools-ignore-policy",
    "tools-list-loads-plugins",
    "turn-forgets-model",
    "turn-limit-at-once",
    "turn-orphans-calls",
  ],
  "the process itself": [
    "plugin-ends-gateway",
    "plugins-bad-one-stops-all",
    "plugins-stale-name-fatal",
    "port-taken-retried",
  ],
  "jobs, installs and the supervisor, which have no chain; updates, whose chain headlines.yaml has": [
    "cron-fires-twice",
    "cron-forgets-due",
    "cron-idle-after-restart",
    "plugin-install-drops-others",
    "plugins-ignore-links",
    "plugins-old-path-wins",
    "plugins-skip-installed",
    "skills-ignore-dirs",
    "supervisor-never-gives-up",
    "supervisor-never-pauses",
    "supervisor-no-rollback",
    "update-drops-note",
    "update-forgets-restart",
    "update-never-asks",
    "update-skip-checks",
    "update-waits-for-work",
  ],
};

/** What plugins themselves do wrong: no fault of the gateway's. */
const BAD_PLUGINS = {
  "throws-on-import": { code: 'throw new Error("no luck");', missing: "imported", why: /no luck/ },
  "throws-on-register": {
    code: 'export default { register() { throw new Error("no room"); } };',
    missing: "registered",
    why: /no room/,
  },
} as const;

const CALL_IT =
  "\n- ask: Call the tool almanac_edition with {}\n- expectPluginCall: almanac_edition\n  within: 2s";
const DENIED = "gatewayConfigPatch: { tools: { deny: [almanac_edition] } }";

/** Where the call of a plugin's tool ends on a gateway without any fault. */
const CALLS: Readonly<Record<string, Case & { headline?: RegExp }>> = {
  "not-asked-for": {
    steps: CALL_IT,
    chain: "plugin",
    missing: "planned",
    headline: /nothing asked for it/,
    frontMatter: `plugins: [almanac]\n${DENIED}`,
  },
  "not-offered": {
    steps: CALL_IT,
    chain: "plugin",
    missing: "tool-offered",
    headline: /its tool was not offered to the model/,
    frontMatter: `plugins: [eager]\n${DENIED}`,
  },
  "not-called": {
    steps: '\n- ask: "Reply exactly: hello"\n- expectPluginCall: { tool: almanac_edition }\n  within: 2s',
    chain: "plugin",
    missing: "called",
    headline: /the model did not call it/,
    frontMatter: "plugins: [almanac]",
  },
  "called-otherwise": {
    steps: `${CALL_IT}\n- ask: Call the tool almanac_edition with {}\n- expectPluginCall: { plugin: almanac, text: two }\n  within: 2s`,
    chain: "plugin",
    frontMatter: "plugins: [almanac]",
  },
  "before-the-model": {
    steps:
      "\n- say: Call the tool almanac_edition with {}\n  in: lobby\n- expectPluginCall: almanac_edition\n  within: 1s",
    chain: "reply",
    missing: "turn-started",
    frontMatter: "plugins: [almanac]",
  },
};

const idOf = (name: string) => `chain-${name}`;

function scenario(name: string, { steps, flow, more = "", frontMatter = "" }: Case, faults: string): string {
  const fence = (kind: string, text: string) => `\`\`\`yaml ${kind}${text}\n\`\`\`\n`;
  if (flow !== undefined) return scenarioText(idOf(name), flow.replace(/^\s*steps:\n/, ""), faults);
  const front = `---\n${faults}${frontMatter}\n---\n`;
  return `${front}\n# ${name}\n\n${more}\n## It breaks\n\n${fence("qa-step", steps ?? "")}`;
}

async function writePlugin(
  sandbox: Sandbox,
  id: string,
  tool: string,
  code: string,
  more: object = {},
): Promise<void> {
  const manifest = { id, configSchema: {}, contracts: { tools: [tool] }, ...more };
  await sandbox.write(`pack/fixtures/plugins/${id}/openclaw.plugin.json`, JSON.stringify(manifest));
  await sandbox.write(`pack/fixtures/plugins/${id}/index.js`, code);
}

const ALMANAC = `export default {
  register(api) {
    api.registerTool({ name: "almanac_edition", description: "", parameters: {}, execute: () => "one" });
  },
};`;

let scenarios: readonly ScenarioReport[] = [];
let stdout = "";

beforeAll(async () => {
  const sandbox = await Sandbox.create(afterAll);
  await sandbox.write("pack/package.json", "{}");
  await writePlugin(sandbox, "almanac", "almanac_edition", ALMANAC);
  await writePlugin(sandbox, "eager", "almanac_edition", ALMANAC, { activation: { onStartup: true } });
  for (const [name, each] of Object.entries(CALLS))
    await sandbox.write(`pack/${idOf(name)}.md`, scenario(name, each, ""));
  for (const [fault, each] of Object.entries(EXPECTED)) {
    await sandbox.write(`pack/${idOf(fault)}.md`, scenario(fault, each, `faults: [${fault}]\n`));
  }
  for (const [id, { code }] of Object.entries(BAD_PLUGINS)) {
    const tool = `${id.replaceAll("-", "_")}_tool`;
    await writePlugin(sandbox, id, tool, code);
    const steps = `\n- ask: "Call the tool ${tool} with {}"\n- expectTool: ${tool}\n  within: 2s`;
    const frontMatter = `plugins: [${id}]`;
    await sandbox.write(`pack/${idOf(id)}.md`, scenario(id, { steps, frontMatter, chain: "plugin" }, ""));
  }
  const run = await sandbox.qa("run", "chain-*", "--pack", "pack");
  stdout = run.stdout + run.stderr;
  scenarios = run.report?.scenarios ?? [];
}, 600_000);

const failureOf = (name: string) => scenarios.find(({ id }) => id === idOf(name))?.failure;

test("each fault has its link, or is known to break no chain", () => {
  const known = [...Object.keys(EXPECTED), ...Object.values(WITHOUT_CHAIN).flat()];
  expect(known.toSorted()).toEqual(Object.keys(FAULTS).toSorted());
});

describe("the first missing link", () => {
  test.each(Object.entries(EXPECTED))("of %s", (fault, { chain, missing }) => {
    const failure = failureOf(fault);
    expect(failure, stdout).toMatchObject({ chain: { name: chain } });
    expect(failure?.chain?.missing, stdout).toBe(missing);
  });

  test.each(Object.entries(CALLS))("of a call that is %s", (name, { chain, missing, headline }) => {
    const failure = failureOf(name);
    expect(failure, stdout).toMatchObject({ chain: { name: chain } });
    expect(failure?.chain?.missing, stdout).toBe(missing);
    if (headline) expect(failure?.headline).toMatch(headline);
  });

  test.each(Object.entries(BAD_PLUGINS))("of a plugin that %s", (id, { missing, why }) => {
    expect(failureOf(id), stdout).toMatchObject({
      chain: { name: "plugin", about: id, missing },
      headline: expect.stringMatching(why),
    });
  });
});

test("the first missing link is the headline of a statement that waited, and of nothing else", () => {
  expect(failureOf("reload-drop")?.headline).toBe("the gateway accepted the patch and never applied it");
  expect(failureOf("runs-forgotten")?.headline).toMatch(/did not take up the turn/);
  expect(failureOf("config-watch-off")?.headline).toMatch(/was edited and the gateway never noticed/);
  for (const whole of ["skills-ignore-disabled", "channel-ignore-mention", "turn-crash"]) {
    expect(failureOf(whole)).not.toHaveProperty("headline");
  }
});
