import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { headlineOf } from "../runner/report/chain-text.ts";
import type { ScenarioReport } from "../runner/report/schema/report-schema.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const TOOL = `api.registerTool({ name: "b_tool", description: "x", parameters: { type: "object" },
  execute: async () => ({ content: [{ type: "text", text: "B-ANSWER" }] }) });`;
const registering = (id: string, body: string) => `export default {
  id: "${id}",
  register(api) {
    ${body}
  },
};
`;

/** A plugin that is broken in one way. */
interface Broken {
  /** Its \`index.js\`; default: a good one. */
  code?: string;
  /** Left out: there is none. */
  manifest?: object | null;
  package?: object;
  /** What the first two lines of the failure must say. */
  says: RegExp;
  /** In its details: where in the plugin. */
  frame?: RegExp;
}

const BROKEN: Readonly<Record<string, Broken>> = {
  "b-no-manifest": { manifest: null, says: /b-no-manifest has no openclaw\.plugin\.json/ },
  "b-other-id": { manifest: { id: "b-another" }, says: /b-other-id is called b-another in its openclaw/ },
  "b-no-id": { manifest: {}, says: /b-no-id has no openclaw\.plugin\.json that can be read: it has no id/ },
  "b-no-entry": {
    package: { type: "module", openclaw: { extensions: ["./dist/index.js"] } },
    says: /b-no-entry: the entry "\.\/dist\/index\.js" does not exist/,
  },
  "b-no-register": {
    code: "export default { id: 'b-no-register', registr() {} };",
    says: /b-no-register does not load: index\.js: the module exports no register/,
  },
  "b-syntax": {
    code: registering("b-syntax", "const x = ;"),
    says: /b-syntax does not load: index\.js:4:14: ParseError/,
  },
  "b-import": {
    code: 'import "no-such-package";\nexport default { register() {} };\n',
    says: /b-import does not load: .*no-such-package/,
  },
  "b-throws": {
    code: registering("b-throws", 'throw new Error("no licence file");'),
    says: /b-throws was imported and did not register: index\.js:4:11: no licence file/,
    frame: /plugin b-throws: at Object\.register \(index\.js:4:11\)/,
  },
  "b-throws-tool": {
    code: registering(
      "b-throws-tool",
      TOOL.replace(/execute: .*$/s, 'execute() { throw new Error("upstream 503"); } });'),
    ),
    says: /b-throws-tool's tool was called and failed: index\.js:5:\d+: upstream 503/,
    frame: /plugin b-throws-tool: at Object\.execute \(index\.js:5:\d+\)/,
  },
  "b-late": {
    code: registering("b-late", `${TOOL} setTimeout(() => { throw new Error("a timer"); }, 20);`),
    says: /b-late was loaded and failed later: index\.js:5:\d+: .*a timer/,
  },
};

/** A scenario with one mistake. */
interface Mistake {
  frontMatter?: string;
  steps: string;
  /** After the steps. */
  more?: string;
  says: RegExp;
  verdict?: ScenarioReport["verdict"];
  fault?: ScenarioReport["fault"];
}

const ASK = `
- say: Where is parcel 4711?
  as: alice
- expectReply: { contains: depot }
  within: 2s`;

const MISTAKES: Readonly<Record<string, Mistake>> = {
  "no-rule": {
    steps: ASK,
    more: "```yaml qa-model\nrules:\n  - match: { lastUser: packet }\n    reply: It is in the depot.\n```\n",
    says: /^no rule of the scenario's model script matches .*"Where is parcel 4711\?"\n1 rule .*"packet"/,
  },
  "no-instruction": {
    steps: ASK,
    says: /found no instruction in what it was asked, .*Where is parcel 4711\?/,
  },
  "plugin-typo": {
    frontMatter: "plugins: [b-god]",
    steps: ASK,
    says: /^the gateway did not find the plugin b-god/,
    fault: "scenario",
  },
  elsewhere: {
    steps: `
- say: "Reply exactly: HELLO"
  as: alice
- expectMessage: HELLO
  in: bob
  within: 2s`,
    says: /a message/,
  },
  "not-in-the-pack": {
    steps: "\n- stagePlugin: b-god",
    says: /no fixtures\/plugins\/b-god.*Did you mean `b-good`/,
    verdict: "blocked",
    fault: "harness",
  },
};

/** As a scenario does that was written for another runner. */
const ASKS_FOR_MORE = `  - name: it asks
    actions:
      - call: fetchJson
        args: [{ expr: "env.mock.baseUrl + '/debug/no-such-page'" }]`;

const CALL = `
- say: Call the tool b_tool with {}
  as: alice
- expectReply: { contains: B-ANSWER }
  within: 2s`;

function scenario(
  title: string,
  { frontMatter = "surface: test", steps, more = "" }: Omit<Mistake, "says">,
): string {
  return `---\n${frontMatter}\n---\n\n# ${title}\n\n## The answer arrives\n\n\`\`\`yaml qa-step${steps}\n\`\`\`\n\n${more}`;
}

async function writePlugin(sandbox: Sandbox, id: string, plugin: Omit<Broken, "says">): Promise<void> {
  const { code = registering(id, TOOL), manifest, package: own } = plugin;
  const folder = `pack/fixtures/plugins/${id}`;
  const good = { id, configSchema: {}, contracts: { tools: ["b_tool"] }, activation: { onStartup: true } };
  if (manifest !== null)
    await sandbox.write(`${folder}/openclaw.plugin.json`, JSON.stringify(manifest ?? good));
  await sandbox.write(`${folder}/index.js`, code);
  await sandbox.write(
    `${folder}/package.json`,
    JSON.stringify(own ?? { type: "module", openclaw: { extensions: ["./index.js"] } }),
  );
}

let scenarios: readonly ScenarioReport[] = [];
let stdout = "";
let exitCode: number | undefined;

beforeAll(async () => {
  const sandbox = await Sandbox.create(afterAll);
  await sandbox.write("pack/package.json", "{}");
  await writePlugin(sandbox, "b-good", {});
  for (const [id, plugin] of Object.entries(BROKEN)) {
    await writePlugin(sandbox, id, plugin);
    await sandbox.write(`pack/${id}.md`, scenario(id, { frontMatter: `plugins: [${id}]`, steps: CALL }));
  }
  await sandbox.write("pack/b-good.md", scenario("Good", { frontMatter: "plugins: [b-good]", steps: CALL }));
  await sandbox.write("pack/model-lacks.md", scenarioText("model-lacks", ASKS_FOR_MORE));
  for (const [id, mistake] of Object.entries(MISTAKES))
    await sandbox.write(`pack/${id}.md`, scenario(id, mistake));
  const run = await sandbox.qa("run", "--all", "--pack", "pack", "--jobs", "4");
  ({ exitCode } = run);
  stdout = run.stdout + run.stderr;
  scenarios = run.report?.scenarios ?? [];
}, 300_000);

const of = (id: string) => scenarios.find((each) => each.id === id);

/** The first two lines that a reader gets. */
function firstLines(id: string): string {
  const { failure, reason } = of(id) ?? {};
  if (!failure) return reason ?? "";
  const lines = [headlineOf(failure), failure.note, failure.headline && failure.message]
    .filter(Boolean)
    .join("\n");
  return lines.split("\n").slice(0, 2).join("\n");
}

describe("each broken plugin is named with its own cause", () => {
  test("and a good one passes", () => {
    expect(of("b-good")?.verdict, stdout).toBe("passed");
  });

  test.each(Object.entries(BROKEN))("%s", (id, { says, frame }) => {
    expect(of(id)?.verdict, stdout).toBe("failed");
    expect(firstLines(id), stdout).toMatch(says);
    if (frame) expect(of(id)?.failure?.details).toMatch(frame);
  });
});

describe("each mistake is named with its own cause", () => {
  test.each(Object.entries(MISTAKES))("%s", (id, { says, verdict = "failed", fault }) => {
    expect(of(id)?.verdict, stdout).toBe(verdict);
    expect(firstLines(id), stdout).toMatch(says);
    if (fault) expect(of(id)?.fault).toBe(fault);
  });
});

test("a path that the runner's own model does not serve is the harness's fault", () => {
  const { verdict, fault, reason } = of("model-lacks") ?? {};
  expect({ verdict, fault }, stdout).toEqual({ verdict: "blocked", fault: "harness" });
  expect(reason).toMatch(/scripted model has no GET \/debug\/no-such-page/);
});

test("what the pack lacks makes the run one without a result", () => {
  expect(exitCode, stdout).toBe(4);
});
