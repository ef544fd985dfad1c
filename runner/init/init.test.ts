import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lanesOf, ownerOf, planFiles, writeFiles } from "./files.ts";
import { packageManagerOf } from "./package-manager.ts";
import { withScript } from "./package-script.ts";
import { pluginScenario } from "./scenario.ts";
import { isInstalled, type PluginSubject, requirePackages, subjectAround } from "./subject.ts";

const MANIFEST = `{
  id: "tide-table", // releases read JSON5
  contracts: { tools: ["tide_times", "tide_now"] },
  toolMetadata: { tide_now: { optional: true } },
}`;
const PACKAGE = {
  author: "Mo <mo@example.com>",
  dependencies: { "left-pad": "1" },
  openclaw: { extensions: ["./dist/index.js"], compat: { pluginApi: ">=2026.4.26" } },
};

async function repository(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "gateway-qa-test-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ ".git/HEAD": "", ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

test("a plugin is found from a folder below it, with what its manifest and its package say", async () => {
  const root = await repository({
    "openclaw.plugin.json": MANIFEST,
    "package.json": JSON.stringify(PACKAGE),
    "dist/index.js": "",
    "src/deep/x.ts": "",
  });
  const subject = subjectAround(join(root, "src/deep"));
  expect(subject).toMatchObject({
    kind: "plugin",
    root,
    id: "tide-table",
    tools: ["tide_times", "tide_now"],
    hasOptionalTools: true,
    entry: "dist/index.js",
    oldestRelease: "2026.4.26",
  });
  expect(() => requirePackages(subject, "pnpm install")).toThrow(
    "the plugin's own packages are not installed: left-pad",
  );
  await mkdir(join(root, "node_modules/left-pad"), { recursive: true });
  expect(isInstalled(join(root, "src"), "left-pad")).toBe(true);
  expect(() => requirePackages(subject, "pnpm install")).not.toThrow();
});

test.for<[what: string, files: Record<string, string>, message: string]>([
  ["neither", { "index.js": "" }, "this is neither a plugin (openclaw.plugin.json) nor a skill"],
  [
    "not built",
    { "openclaw.plugin.json": MANIFEST, "package.json": JSON.stringify(PACKAGE) },
    "the plugin is not built: its entry ./dist/index.js is not there",
  ],
  ["no manifest", { "package.json": JSON.stringify(PACKAGE) }, "there is no openclaw.plugin.json beside it"],
  ["no id", { "openclaw.plugin.json": "{}" }, "openclaw.plugin.json has no id"],
])("what cannot be set up is said: %s", async ([, files, message]) => {
  const root = await repository(files);
  expect(() => subjectAround(root)).toThrow(message);
});

test.for<[scripts: object, dependencies: object, hint: string]>([
  [{ build: "tsc" }, { typebox: "1" }, "Run `pnpm install` and `pnpm run build`, and start again."],
  [{ build: "tsc" }, {}, "Run `pnpm run build`, and start again."],
  [{}, {}, "Build it, and start again."],
])("what a plugin that is not built needs is said: %j, %j", async ([scripts, devDependencies, hint]) => {
  const { openclaw } = PACKAGE;
  const root = await repository({
    "openclaw.plugin.json": MANIFEST,
    "package.json": JSON.stringify({ scripts, devDependencies, openclaw }),
    "pnpm-lock.yaml": "",
  });
  expect(() => subjectAround(root)).toThrow(expect.objectContaining({ code: "not-built", hint }));
});

test("skills are found at the root and below skills, by the names in their front matter", async () => {
  const root = await repository({
    "SKILL.md": "---\nname: tides\ndescription: x\n---\n",
    "skills/harbour/SKILL.md": "# none",
    "skills/notes.md": "",
  });
  expect(subjectAround(root)).toMatchObject({
    kind: "skills",
    skills: [
      { name: "tides", folder: "" },
      { name: "harbour", folder: "skills/harbour" },
    ],
  });
});

test.for<[files: Record<string, string>, name: string, cleanInstall: string]>([
  [
    { "package.json": '{"packageManager":"pnpm@10.1.0"}', "package-lock.json": "" },
    "pnpm",
    "corepack enable && pnpm install --frozen-lockfile",
  ],
  [{ "yarn.lock": "" }, "yarn", "corepack enable && yarn install --immutable"],
  [{ "package-lock.json": "" }, "npm", "npm ci"],
  [{}, "npm", "npm install"],
])("the package manager of %j is %s", async ([files, name, cleanInstall]) => {
  expect(packageManagerOf(await repository(files))).toMatchObject({ name, cleanInstall });
});

test.for([
  [
    '{\n\t"name": "a",\n\t"scripts": {\n\t\t"test": "x"\n\t}\n}\n',
    '{\n\t"name": "a",\n\t"scripts": {\n\t\t"test": "x",\n\t\t"qa": "gateway-qa"\n\t}\n}\n',
  ],
  ['{\n    "name": "a"\n}', '{\n    "name": "a",\n    "scripts": {\n        "qa": "gateway-qa"\n    }\n}'],
  ['{\r\n  "scripts": {}\r\n}\r\n', '{\r\n  "scripts": {\r\n    "qa": "gateway-qa"\r\n  }\r\n}\r\n'],
  ['{"name":"a","scripts":{"test":"x"}}', '{"name":"a","scripts":{"test":"x", "qa": "gateway-qa"}}'],
  ['{"name":"a"}', '{"name":"a", "scripts": { "qa": "gateway-qa" }}'],
])("a script is added to %j, and the rest stays", ([before = "", after]) => {
  const text = withScript(before, "qa", "gateway-qa");
  expect(text).toBe(after);
  expect(withScript(text ?? "", "qa", "gateway-qa")).toBeUndefined();
});

test("nothing is overwritten, and a second time nothing is left to do", async () => {
  const root = await repository({
    "openclaw.plugin.json": MANIFEST,
    "package.json": JSON.stringify(PACKAGE),
    "dist/index.js": "",
    "AGENTS.md": "# Ours\n",
    "qa/lanes.yaml": "ours",
    ".gitignore": "dist",
  });
  const subject = subjectAround(root) as PluginSubject;
  const setUp = {
    subject,
    manager: packageManagerOf(root),
    owner: ownerOf(root),
    hasPackage: true,
    scenario: "tide-table-smoke",
    version: "0.1.0",
    lanes: lanesOf(root),
  };
  const plan = () => planFiles(root, "scenario", setUp);
  const does = () => plan().map(({ path, does }) => `${does} ${path}`);
  expect(setUp.owner).toBe("mo@example.com");
  expect(does()).toEqual([
    "write qa/scenarios/tide-table-smoke.md",
    "leave qa/lanes.yaml",
    "write .github/workflows/gateway-qa.yml",
    "change package.json",
    "change AGENTS.md",
    "change .gitignore",
  ]);
  await writeFiles(root, plan());
  const text = (path: string) => readFile(join(root, path), "utf8");
  expect(await text("qa/lanes.yaml")).toBe("ours");
  expect(await text("AGENTS.md")).toMatch(/^# Ours\n\n## Gateway QA\n/);
  expect(await text(".gitignore")).toBe("dist\nreports/\n");
  expect(does().filter((each) => !each.startsWith("leave "))).toEqual([]);
});

test("the workflow runs the lanes that are there", async () => {
  const lanes = `lanes:
  mine: { gateways: [embedded] }
  own-2: { gateways: [embedded] }
  far: { gateways: [embedded, { releases: { last: 2 } }] }
`;
  const of = async (text: string) => lanesOf(await repository({ "qa/lanes.yaml": text }));
  expect(await of(lanes)).toEqual({ push: ["mine", "own-2"], night: ["far"] });
  expect(await of("lanes: { far: { gateways: [openclaw] } }")).toEqual({ push: ["far"], night: ["far"] });
  expect(await of("lanes: { mine: { gateways: [embedded] } }")).toEqual({ push: ["mine"], night: ["mine"] });
  const fresh = { push: ["smoke"], night: ["releases"] };
  expect([await of("lanes: ["), lanesOf(await repository({}))]).toEqual([fresh, fresh]);
});

test("a tool that was not offered is named and not called, and its text is not read as a value", async () => {
  const root = await repository({ "openclaw.plugin.json": MANIFEST, "index.js": "" });
  const parameters = { required: ["place"], properties: { place: { const: "$" + "{harbour}" } } };
  const { id, text } = pluginScenario(subjectAround(root) as PluginSubject, {
    parameters: new Map([["tide_times", parameters]]),
    mustBeNamed: false,
  });
  expect(id).toBe("tide-table-smoke");
  expect(text).toContain('ask: Call the tool tide_times with {"place":"$$' + '{harbour}"}');
  expect(text).toContain("perhaps for want of a config or a key: tide_now.");
  expect(text).not.toContain("Call the tool tide_now");
  expect(text).toContain("alsoAllow:\n      - tide-table");
});
