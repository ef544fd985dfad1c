import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

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
  "index.js":
    "export default { id: 'leaves-a-variable', register() { process.env.LEFT_BEHIND = 'secret-left-behind'; } };\n",
};

const step = (actions: string) => `  - name: leaves it\n    actions:\n${actions}`;
const write = (folder: string, name: string, text: string) => `      - call: fs.mkdir
        args: [{ expr: "path.join(env.gateway.tempRoot, '${folder}')" }, { recursive: true }]
      - call: fs.writeFile
        args: [{ expr: "path.join(env.gateway.tempRoot, '${folder}', '${name}')" }, ${JSON.stringify(text)}]
`;

/** What a scenario leaves, its steps, and what is said of its gateway. */
const LEAKS: Record<string, { steps: string; extra?: string; goesOn: boolean; says: string | RegExp }> = {
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
    steps: step(`      - call: patchConfig
        args: [{ env: { ref: env }, patch: { plugins: { entries: { leaves-a-variable: { enabled: true } } } } }]
      - call: waitForCondition
        args: [{ lambda: { async: true, expr: "(await env.gateway.call('qa.gateway.status', { environment: true })).environment.LEFT_BEHIND" } }, 15000]
      - call: patchConfig
        args: [{ env: { ref: env }, patch: { plugins: { entries: { leaves-a-variable: { enabled: false } } } } }]
`),
    extra: `gatewayConfigPatch:
  plugins: { load: { paths: ["FOLDER/plugin"] }, entries: { leaves-a-variable: { enabled: false } } }
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

async function packOf(sandbox: Sandbox): Promise<void> {
  for (const [name, text] of Object.entries(PLUGIN)) await sandbox.write(`plugin/${name}`, text);
  for (const [index, [id, { steps, extra = "" }]] of Object.entries(LEAKS).entries())
    await sandbox.write(
      `pack/test/${100 + index}-${id}.md`,
      scenarioText(id, steps, extra.replace("FOLDER", sandbox.folder)),
    );
}

/** Seeds that were drawn once; what they lead to is the same on every machine. */
const SEEDS = ["1", "2", "3"];

test("what each scenario leaves behind is seen and put back, or ends the gateway, in whatever order they run", async () => {
  const sandbox = await Sandbox.create();
  await packOf(sandbox);
  const alone = await sandbox.qa("run", "--pack", "pack", "--trust");
  const verdicts = alone.report?.scenarios.map(({ id, verdict }) => [id, verdict]);
  expect(verdicts).toEqual(Object.keys(LEAKS).map((id) => [id, id === "failure" ? "failed" : "passed"]));
  for (const order of [[], ...SEEDS.map((seed) => ["--shuffle", seed])]) {
    const run = await sandbox.qa(
      ...[
        "run",
        "--pack",
        "pack",
        "--trust",
        "--share-gateway",
        "--jobs",
        "1",
        "--reporter",
        "plain",
        ...order,
      ],
    );
    expect(run.report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual(verdicts);
    for (const { id, sharing } of run.report?.scenarios ?? []) {
      const expected = LEAKS[id];
      expect([id, sharing?.goesOn, sharing?.because]).toEqual([id, expected?.goesOn, sharing?.because]);
      const said = sharing?.because ?? sharing?.putBack.join("; ") ?? "";
      if (typeof expected?.says === "string") expect([id, said]).toEqual([id, expected.says]);
      else expect(said).toMatch(expected?.says ?? "");
    }
    expect(run.stdout).toContain("its gateway goes on, put back: session agent:qa:left added");
    expect(run.stdout).not.toContain("secret-left-behind");
    // A gateway that ends leads to one more start, but for the last of the run.
    const gateways = new Set(run.report?.scenarios.map(({ gateway }) => gateway?.bootId));
    const ends = run.report?.scenarios.filter(({ sharing }) => sharing?.goesOn === false).length ?? 0;
    expect([ends, ends + 1]).toContain(gateways.size);
  }
}, 180_000);

test("a shuffled run prints its seed, and can be run again by its command", async () => {
  const sandbox = await Sandbox.create();
  await packOf(sandbox);
  const { stderr, report } = await sandbox.qa("run", "nothing", "session", "--pack", "pack", "--shuffle");
  const seed = /^note: the order is shuffled with the seed (\d+)$/m.exec(stderr)?.[1];
  expect(report?.command).toContain(` --shuffle ${seed}`);
  expect(report?.scenarios.map(({ id }) => id)).toEqual(["nothing", "session"]);
});

test("the scenarios that come with the tool have the same verdicts on shared gateways, in three orders", async () => {
  const sandbox = await Sandbox.create();
  const run = (...args: string[]) => sandbox.qa("run", "--builtin", "--all", "--reporter", "plain", ...args);
  const verdictsOf = ({ report }: Awaited<ReturnType<typeof run>>) =>
    report?.scenarios.map(({ id, verdict }) => [id, verdict]);
  const alone = verdictsOf(await run());
  for (const seed of SEEDS) {
    const shared = await run("--share-gateway", "--shuffle", seed);
    expect(verdictsOf(shared), `seed ${seed}\n${shared.stdout}`).toEqual(alone);
    expect(shared.stdout).toContain("its gateway goes on");
  }
}, 900_000);
