import { expect } from "vitest";
import type { RunReport } from "../../runner/report/schema/report-schema.ts";
import { type Sandbox, scenarioText } from "./qa.ts";

const NEEDS_FILES = "permissions: [fs]\n";
const SAYS = `      - call: state.addInboundMessage
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: "reply exactly: HERE" }]
      - call: waitForOutboundMessage
        args: [{ ref: state }, { lambda: { params: [m], expr: "m.text.includes('HERE')" } }]
`;
const PLUGIN = {
  "openclaw.plugin.json": JSON.stringify({
    id: "leaves-a-variable",
    name: "Leaves a variable",
    version: "1.0.0",
    description: "Leaves a variable.",
    activation: { onStartup: true },
    configSchema: { type: "object", additionalProperties: false, properties: {} },
  }),
  "package.json": JSON.stringify({
    name: "leaves-a-variable",
    version: "1.0.0",
    type: "module",
    main: "index.js",
    openclaw: { extensions: ["./index.js"] },
  }),
  "index.js": `export default {
  id: "leaves-a-variable",
  register(api) {
    api.registerGatewayMethod?.("leaves-a-variable.leave", ({ respond }) => {
      process.env.LEFT_BEHIND = "secret-left-behind";
      respond(true, {});
    });
  },
};
`,
};

const step = (actions: string) => `  - name: leaves it\n    actions:\n${actions}`;
const write = (folder: string, name: string, text: string) => `      - call: fs.mkdir
        args: [{ expr: "path.join(env.gateway.tempRoot, '${folder}')" }, { recursive: true }]
      - call: fs.writeFile
        args: [{ expr: "path.join(env.gateway.tempRoot, '${folder}', '${name}')" }, ${JSON.stringify(text)}]
`;

interface Leak {
  steps: string;
  /** More front matter. */
  extra?: string;
  /** What is said of its gateway. */
  goesOn: boolean;
  says: string | RegExp;
}

/** What a scenario leaves behind, by its id. */
export const LEAKS: Readonly<Record<string, Leak>> = {
  nothing: {
    steps: step(
      "      - assert: \"(await env.gateway.call('sessions.list', {})).sessions.length === 0 && (await env.gateway.call('cron.list', {})).jobs.length === 0 && !(await readSkillStatus(env)).some((each) => each.name === 'left')\"\n",
    ),
    goesOn: true,
    says: "",
  },
  "cron-job": {
    steps: step(`      - call: env.gateway.call
        args: ["cron.add", { name: left, enabled: true, schedule: { kind: every, everyMs: 3600000 }, sessionTarget: main, wakeMode: next-heartbeat, payload: { kind: systemEvent, text: hi } }]
`),
    goesOn: true,
    says: /^cron job \S+ added$/,
  },
  session: {
    steps: step(`      - call: env.gateway.call
        args: ["sessions.create", { key: "agent:qa:left" }]
`),
    goesOn: true,
    says: "session agent:qa:left added",
  },
  skill: {
    steps: step(`      - call: writeWorkspaceSkill
        args: [{ env: { ref: env }, name: left, body: "---\\nname: left\\ndescription: A leak.\\n---\\n" }]
`),
    goesOn: true,
    says: "file workspace/skills/left/SKILL.md added",
  },
  "config-key": {
    steps: step(`      - call: patchConfig
        args: [{ env: { ref: env }, patch: { skills: { entries: { left: { enabled: false } } } } }]
`),
    goesOn: true,
    says: "config key skills.entries.left.enabled added",
  },
  "a-changed-file": {
    steps: step(write("workspace", "README.md", "other")),
    extra: NEEDS_FILES,
    goesOn: true,
    says: "file workspace/README.md added",
  },
  "plugin-file": {
    steps: step(write("state/extensions/left", "index.js", "export default {}")),
    extra: NEEDS_FILES,
    goesOn: false,
    says: "file state/extensions/left/index.js added",
  },
  variable: {
    steps: step("      - call: env.gateway.call\n        args: [leaves-a-variable.leave, {}]\n"),
    extra: `gatewayConfigPatch:
  plugins: { load: { paths: ["FOLDER/plugin"] }, entries: { leaves-a-variable: { enabled: true, config: {} } } }
`,
    goesOn: false,
    says: "environment variable LEFT_BEHIND added",
  },
  "main-session": { steps: step(SAYS), goesOn: false, says: "session agent:qa:main added" },
  restart: {
    steps: step("      - call: env.gateway.restart\n"),
    goesOn: false,
    says: "process of the gateway changed",
  },
  failure: {
    steps: step('      - assert: "1 === 2"\n'),
    goesOn: false,
    says: "it failed, and what that left behind is not known",
  },
};

/** Writes the pack of these leaks, in this order, into `pack`. */
export async function writeLeaks(sandbox: Sandbox, ids = Object.keys(LEAKS)): Promise<void> {
  for (const [name, text] of Object.entries(PLUGIN)) await sandbox.write(`plugin/${name}`, text);
  for (const [index, id] of ids.entries()) {
    const { steps = "", extra = "" } = LEAKS[id] ?? {};
    await sandbox.write(
      `pack/test/${100 + index}-${id}.md`,
      scenarioText(id, steps, extra.replace("FOLDER", sandbox.folder)),
    );
  }
}

/** What a report says that became of the gateway of each scenario. @throws AssertionError where it is not what is expected */
export function expectLeaksSeen(report: RunReport | undefined): void {
  for (const { id, sharing } of report?.scenarios ?? []) {
    const expected = LEAKS[id];
    expect([id, sharing?.goesOn, sharing?.because]).toEqual([id, expected?.goesOn, sharing?.because]);
    const said = sharing?.because ?? sharing?.putBack.join("; ") ?? "";
    if (typeof expected?.says === "string") expect([id, said]).toEqual([id, expected.says]);
    else expect(said).toMatch(expected?.says ?? "");
  }
}
