import { describe, expect, test } from "vitest";
import { testAtNight } from "./testing/breadth.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";
import { HOT_RELOAD, HOT_RELOAD_ID } from "./testing/upstream-files.ts";

const IDENTITY = "# Unit Seven\n\nYou are the operator of this test.";
const KICKOFF = "Mission: read the plan first.";

const indented = (text: string, by: number) => text.replaceAll("\n", `\n${" ".repeat(by)}`);
const indexYaml = (by: number) =>
  `version: 1
agent:
  identityMarkdown: |-
    ${indented(IDENTITY, 4)}
kickoffTask: "${KICKOFF}"`.replaceAll(/^/gm, " ".repeat(by));

/** Asks the agent to read the kickoff task, and looks at what the model was sent. */
const ASKS_FOR_THE_MISSION = `
    - name: the agent knows who it is and what to do
      actions:
        - call: runAgentPrompt
          args:
            - ref: env
            - sessionKey: agent:qa:kickoff
              message: Read QA_KICKOFF_TASK.md and tell me the mission.
        - set: request
          value: { expr: "await fetchJson(\`\${env.mock.baseUrl}/debug/last-request\`)" }
        - assert: request.instructions.includes('You are the operator of this test.')
        - assert: request.toolOutput.includes('read the plan first')
      detailsExpr: request.toolOutput`;

const MARKDOWN_PACK = {
  "pack/qa/scenarios/index.md": `# A pack\n\n\`\`\`yaml qa-pack\n${indexYaml(0)}\n\`\`\`\n`,
  "pack/qa/scenarios/runtime/mission.md": `# Mission

\`\`\`yaml qa-scenario
id: mission
title: Mission
surface: runtime
objective: A test of the runner.
successCriteria: [The agent knows its mission.]
\`\`\`

\`\`\`yaml qa-flow
steps:${ASKS_FOR_THE_MISSION}
\`\`\`
`,
};

const YAML_PACK = {
  "pack/qa/scenarios/index.yaml": `title: A pack\npack:\n${indexYaml(2)}\n`,
  "pack/qa/scenarios/runtime/mission.yaml": `title: Mission
scenario:
  id: mission
  surface: runtime
  objective: A test of the runner.
  successCriteria: [The agent knows its mission.]
flow:
  steps:${ASKS_FOR_THE_MISSION}
`,
};

async function sandboxWith(files: Record<string, string>): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [path, text] of Object.entries(files)) await sandbox.write(path, text);
  return sandbox;
}

function verdicts({ report }: Awaited<ReturnType<Sandbox["qa"]>>): Record<string, string> {
  return Object.fromEntries((report?.scenarios ?? []).map(({ id, verdict }) => [id, verdict]));
}

function reasonOf({ report }: Awaited<ReturnType<Sandbox["qa"]>>, id: string): string {
  return report?.scenarios.find((scenario) => scenario.id === id)?.reason ?? "";
}

test("a scenario in upstream's form runs as it is: its documents and code are elsewhere", async () => {
  const sandbox = await sandboxWith({ [`pack/qa/scenarios/plugins/${HOT_RELOAD_ID}.md`]: HOT_RELOAD });
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(report?.scenarios, stdout).toMatchObject([
    { id: HOT_RELOAD_ID, verdict: "passed", steps: [{ status: "passed", details: "FOREIGN-OK" }] },
  ]);
  expect(exitCode).toBe(0);
});

describe("a pack's index", () => {
  testAtNight.for([
    ["Markdown", MARKDOWN_PACK],
    ["YAML", YAML_PACK],
  ] as const)(
    "in %s form: the agent's identity and task are in its workspace before the gateway starts",
    async ([_form, files]) => {
      const sandbox = await sandboxWith(files);
      const result = await sandbox.qa("run", "--pack", "pack");
      expect(verdicts(result)).toEqual({ mission: "passed" });
      expect(result.exitCode).toBe(0);
      expect(await sandbox.leftovers()).toEqual([]);
    },
  );

  test.each([
    ["index.md", "```yaml qa-pack\nversion: 1\nagent: [\n```\n"],
    ["index.yaml", "pack:\n  version: 1\n  agent: [\n"],
    ["index.yaml", "pack:\n  version: one\n"],
  ])("that is wrong (%s) ends the run of any of its scenarios", async (name, text) => {
    const scenario = scenarioText("plain", "  - name: one\n    actions:\n      - call: reset");
    const sandbox = await sandboxWith({ [`pack/${name}`]: text, "pack/plain.md": scenario });
    const result = await sandbox.qa("run", "plain", "--pack", "pack");
    expect([result.exitCode, result.report]).toEqual([3, undefined]);
    expect(result.stderr).toContain(`pack/${name}:`);
  });

  testAtNight("without one nothing is seeded", async () => {
    const sandbox = await sandboxWith({
      "pack/mission.yaml": YAML_PACK["pack/qa/scenarios/runtime/mission.yaml"],
    });
    expect(verdicts(await sandbox.qa("run", "--pack", "pack"))).toEqual({ mission: "failed" });
  });

  test("the workspace holds the plan, the scenarios as they are written, and the pack's repository", async () => {
    const listing = `
  - name: looks around
    actions:
      - set: names
        value: { expr: "(await fs.readdir(env.gateway.workspaceDir)).filter((name) => /^[A-Z]|repo/.test(name)).sort()" }
      - assert: names.join(' ') === 'IDENTITY.md QA_KICKOFF_TASK.md QA_SCENARIOS.md QA_SCENARIO_PLAN.md README.md repo'
      - assert: "(await fs.readFile(path.join(env.gateway.workspaceDir, 'repo/docs/guide.md'), 'utf8')) === 'the guide'"
      - assert: "(await fs.readFile(path.join(env.gateway.workspaceDir, 'QA_SCENARIO_PLAN.md'), 'utf8')).includes('- id: mission')"
      - assert: "(await fs.readFile(path.join(env.gateway.workspaceDir, 'QA_SCENARIOS.md'), 'utf8')).includes('id: looks-around')"
      - call: runAgentPrompt
        args: [{ ref: env }, { sessionKey: "agent:qa:guide", message: Read repo/docs/guide.md }]
      - assert: "readModelRequests().at(-1).toolOutput.includes('the guide')"`;
    const sandbox = await sandboxWith({
      ...MARKDOWN_PACK,
      "pack/docs/guide.md": "the guide",
      "pack/qa/scenarios/looks-around.md": scenarioText("looks-around", listing, "permissions: [fs]\n"),
    });
    const result = await sandbox.qa("run", "looks-around", "--pack", "pack");
    expect(verdicts(result)).toEqual({ "looks-around": "passed" });
  });
});

describe("--trust", () => {
  const files = {
    "pack/plain.md": scenarioText(
      "plain",
      "  - name: one\n    actions:\n      - assert: env.gateway.pid > 0",
    ),
    "pack/deep.md": scenarioText(
      "deep",
      "  - name: one\n    actions:\n      - assert: process.pid > 0\n      - assert: (await import('node:os')).EOL === '\\n'",
    ),
  };

  test("without it a scenario that needs more is blocked before it starts, and the others run", async () => {
    const sandbox = await sandboxWith(files);
    const result = await sandbox.qa("run", "--pack", "pack");
    expect(verdicts(result)).toEqual({ deep: "blocked", plain: "passed" });
    expect(result.exitCode).toBe(0);
    expect(reasonOf(result, "deep")).toBe(
      "`process` at pack/deep.md:15:17 needs the permission `process`, " +
        "`import()` at pack/deep.md:16:24 needs the permission `import`, which the pack does not have. " +
        "`--trust` grants it: use it for a pack whose code you trust",
    );
    expect(result.report?.scenarios.find(({ id }) => id === "deep")?.gateway).toBeUndefined();
  });

  test("a blocked scenario that was named is not a success", async () => {
    const sandbox = await sandboxWith(files);
    const result = await sandbox.qa("run", "deep", "--pack", "pack");
    expect([result.exitCode, verdicts(result)]).toEqual([4, { deep: "blocked" }]);
  });

  test("grants the pack what its flows use, and the rerun command keeps it", async () => {
    const sandbox = await sandboxWith(files);
    const result = await sandbox.qa("run", "--pack", "pack", "--trust");
    expect([result.exitCode, verdicts(result)]).toEqual([0, { deep: "passed", plain: "passed" }]);
    expect(result.report?.scenarios[0]?.rerun).toBe("pnpm qa run deep --pack pack --trust");
  });

  test("needs a pack to trust", async () => {
    const result = await (await Sandbox.create()).qa("run", "dm-chat-baseline", "--trust");
    expect([result.exitCode, result.stderr]).toEqual([2, expect.stringContaining("--trust is for packs")]);
  });

  test("a check warns, with the place and the way out", async () => {
    const sandbox = await sandboxWith(files);
    const result = await sandbox.qa("check", "--pack", "pack", "pack");
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain("pack/deep.md:15:17  warning");
    expect(result.stdout).toContain("Run the pack with `--trust`");
  });
});

describe("what stops a scenario of a pack", () => {
  test("an action that does not exist blocks it alone, unless it was named", async () => {
    const broken = scenarioText("broken", "  - name: one\n    actions:\n      - call: teleport");
    const plain = scenarioText("plain", "  - name: one\n    actions:\n      - call: reset");
    const sandbox = await sandboxWith({ "pack/broken.md": broken, "pack/plain.md": plain });
    const result = await sandbox.qa("run", "--pack", "pack");
    expect([result.exitCode, verdicts(result)]).toEqual([0, { broken: "blocked", plain: "passed" }]);
    expect(reasonOf(result, "broken")).toContain(
      "there is no action `teleport` [unknown-action] at pack/broken.md:15:15",
    );
    const named = await sandbox.qa("run", "broken", "--pack", "pack");
    expect([named.exitCode, named.report]).toEqual([3, undefined]);
    expect((await sandbox.qa("check", "--pack", "pack")).exitCode).toBe(3);
  });

  const proves = '  - name: nothing without its model\n    actions:\n      - assert: "true"';
  const config = (text: string) => `execution:\n  config: { ${text} }\n`;

  test("those that need what this run does not have are skipped and not passed, each with what it needs", async () => {
    const needs = {
      mode: [config("requiredProviderMode: live-frontier"), "the model mode live-frontier"],
      provider: [config("requiredProvider: anthropic"), "mock. `--model live` takes a real one"],
      program: [config("requiredProvider: claude-cli"), "no option of this runner starts"],
      model: [config("requiredModel: gpt-9"), "the model gpt-9"],
      driver: [config("requiredChannelDriver: live"), "the channel driver live"],
      tier: ["runtimeParityTier: live-only\n", "the model mode live-frontier"],
      guard: [config("allowEnv: QA_ALLOW_PACKS_TEST"), "QA_ALLOW_PACKS_TEST"],
    } as const;
    const files = Object.entries(needs).map(([id, [extra]]) => [
      `pack/${id}.md`,
      scenarioText(id, proves, extra),
    ]);
    const plain = scenarioText("plain", "  - name: one\n    actions:\n      - call: reset");
    const matrix = scenarioText("matrix", proves, "execution: { channel: matrix }\n");
    const sandbox = await sandboxWith({
      ...Object.fromEntries(files),
      ...{ "pack/plain.md": plain, "pack/matrix.md": matrix },
    });
    const result = await sandbox.qa("run", "--pack", "pack");
    for (const [id, [, reason]] of Object.entries(needs)) {
      expect(verdicts(result)[id], id).toBe("skipped");
      expect(reasonOf(result, id)).toContain(reason);
    }
    expect(verdicts(result).plain).toBe("passed");
    // For another channel: not applicable, which is no verdict.
    expect(verdicts(result)).not.toHaveProperty("matrix");
  });

  test("the scripted model counts as the provider that upstream names it", async () => {
    const text = scenarioText(
      "mocked",
      "  - name: one\n    actions:\n      - call: reset",
      config("requiredProvider: mock-openai"),
    );
    const sandbox = await sandboxWith({ "pack/mocked.md": text });
    expect(verdicts(await sandbox.qa("run", "--pack", "pack"))).toEqual({ mocked: "passed" });
  });
});

describe("--model-script", () => {
  const files = {
    "pack/asks.md": scenarioText(
      "asks",
      `
  - name: asks
    actions:
      - call: state.addInboundMessage
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: "How is the weather?" }]
      - call: waitForOutboundMessage
        saveAs: reply
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.conversation.id === 'alice'" } }]
      - assert: "reply.text === 'Sunny.'"`,
    ),
    "script.yaml": "asks:\n  rules:\n    - match: { lastUser: weather }\n      reply: Sunny.\n",
    "wrong.yaml": "asks:\n  rules:\n    - reply: Sunny.\n      hnag: true\n",
  };

  test("answers for the scenario, whose file stays as it is", async () => {
    const sandbox = await sandboxWith(files);
    expect(verdicts(await sandbox.qa("run", "--pack", "pack"))).toEqual({ asks: "failed" });
    const scripted = await sandbox.qa("run", "--pack", "pack", "--model-script", "script.yaml");
    expect([scripted.exitCode, verdicts(scripted)]).toEqual([0, { asks: "passed" }]);
    expect(scripted.report?.scenarios[0]?.rerun).toContain("--model-script script.yaml");
  });

  test("is found beside the pack", async () => {
    const sandbox = await sandboxWith({ ...files, "pack/model-scripts.yaml": files["script.yaml"] });
    expect(verdicts(await sandbox.qa("run", "asks", "--pack", "pack"))).toEqual({ asks: "passed" });
  });

  testAtNight(
    "may be for more scenarios than the named one, but not for one that does not exist",
    async () => {
      const scripts = `${files["script.yaml"]}${files["script.yaml"].replace("asks", "waits")}`;
      const pack = {
        "pack/asks.md": files["pack/asks.md"],
        "pack/waits.md": files["pack/asks.md"].replaceAll(/\basks$/gm, "waits"),
      };
      const beside = await sandboxWith({ ...pack, "pack/model-scripts.yaml": scripts });
      const named = await beside.qa("run", "asks", "--pack", "pack");
      expect([named.exitCode, verdicts(named)], named.stderr).toEqual([0, { asks: "passed" }]);

      const given = await sandboxWith({ ...pack, "scripts.yaml": scripts.replace("waits", "wiats") });
      const mistyped = await given.qa("run", "asks", "--pack", "pack", "--model-script", "scripts.yaml");
      expect([mistyped.exitCode, mistyped.report]).toEqual([3, undefined]);
      expect(mistyped.stderr).toContain("there is no scenario `wiats` for this model script");
    },
  );

  test("ends check and run before anything starts if it has a mistake", async () => {
    const sandbox = await sandboxWith(files);
    for (const command of ["check", "run"]) {
      const result = await sandbox.qa(command, "--pack", "pack", "--model-script", "wrong.yaml");
      expect(result.exitCode).toBe(3);
      expect(result.stdout + result.stderr).toContain("wrong.yaml:4:7  error  unknown key `hnag`");
      expect(result.report).toBeUndefined();
    }
    const missing = await sandbox.qa("run", "--pack", "pack", "--model-script", "gone.yaml");
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining("gone.yaml")]);
  });
});
