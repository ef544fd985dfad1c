import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { affectedBy } from "./affected.ts";
import { changedFiles } from "./changed.ts";
import { type Subject, subjectsOf } from "./subjects.ts";

const scenario = (front: string, step: string) =>
  `---\n${front}\n---\n\n# One\n\n## Asks\n\n\`\`\`yaml qa-step\n- ${step}\n\`\`\`\n`;

/** A repository that is a plugin, with a skill and a second plugin in it. */
const FILES: Readonly<Record<string, string>> = {
  "package.json": "{}",
  "openclaw.plugin.json": '{"id":"tide"}',
  "index.js": "",
  "src/clock.js": "",
  "skills/moon/SKILL.md": "# Moon",
  "extras/wind/openclaw.plugin.json": '{"id":"wind"}',
  "extras/wind/index.js": "",
  "docs/tides.md": "",
  "qa/scenarios/plain.md": scenario("codeRefs: [docs/tides.md]", "ask: hello"),
  "qa/scenarios/by-path.md": scenario("plugins: [{ path: ../.. }]", "ask: hello"),
  "qa/scenarios/by-id.md": scenario("plugins: [tide]", "ask: hello"),
  "qa/scenarios/skilled.md": scenario("skills: [{ path: ../../skills/moon }]", "ask: hello"),
  "qa/scenarios/installs.md": scenario("tags: [late]", "runCli: plugins install extras/wind"),
  "qa/scenarios/rows.md": `${scenario("plugins: [tide]", "ask: hello")}\n## Examples\n\n| word |\n|---|\n| a |\n| b |\n`,
};

const EVERY = ["by-id", "by-path", "installs", "plain", "rows", "skilled"];
const WITH_THE_PLUGIN = ["by-id", "by-path", "rows"];

let root: string;
let subjects: Subject[];

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=qa", "-c", "user.email=qa@example.org", ...args], { cwd: root });

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "qa-affected-")));
  for (const [path, text] of Object.entries(FILES)) write(path, text);
  const { scenarios, diagnostics } = await loadCatalog({ repoRoot: root, cwd: root, metadataOnly: true });
  expect(diagnostics).toEqual([]);
  subjects = await subjectsOf(scenarios);
});

afterAll(() => rmSync(root, { recursive: true }));

function affected(
  paths: readonly string[],
  more: { withCode?: boolean; common?: string[]; shared?: string[] } = {},
) {
  const { withCode = false, common = [], shared = [] } = more;
  const changed = paths.map((path) => join(root, path));
  return [...affectedBy(changed, subjects, { root, common, shared, withCode }).keys()].sort();
}

test.for([
  ["a scenario's own file", ["qa/scenarios/plain.md"], ["plain"]],
  ["one with rows", ["qa/scenarios/rows.md"], ["rows"]],
  ["a file of the plugin that the repository is", ["src/clock.js"], WITH_THE_PLUGIN],
  ["its manifest", ["openclaw.plugin.json"], WITH_THE_PLUGIN],
  ["a file that is gone", ["lib/gone.js"], WITH_THE_PLUGIN],
  [
    "what lies in the repository and is no part of the plugin",
    ["reports/x/report.json", "qa/lanes.yaml"],
    [],
  ],
  ["a skill", ["skills/moon/SKILL.md"], [...WITH_THE_PLUGIN, "skilled"]],
  ["a plugin that a step installs", ["extras/wind/index.js"], [...WITH_THE_PLUGIN, "installs"]],
  [
    "several files",
    ["qa/scenarios/plain.md", "skills/moon/SKILL.md"],
    [...WITH_THE_PLUGIN, "plain", "skilled"],
  ],
  ["a file elsewhere", ["../elsewhere.js"], []],
] as const)("%s", ([, paths, wanted]) => {
  expect(affected(paths)).toEqual([...wanted].sort());
});

test("what all depend on concerns all, and code that a scenario names only where it is asked for", () => {
  expect(affected(["gateway/src/a.ts"], { common: [join(root, "gateway/src")] })).toEqual(EVERY);
  expect(affected(["qa/scenarios/index.md"], { shared: [join(root, "qa/scenarios/index.md")] })).toEqual(
    EVERY,
  );
  expect(affected(["docs/tides.md"], { withCode: true })).toEqual([...WITH_THE_PLUGIN, "plain"].sort());
  expect(affected(["docs/tides.md"])).toEqual(WITH_THE_PLUGIN);
});

test("git names what was committed since a branch began, what is not committed, removed or new, and no ignored file", async () => {
  await expect(changedFiles(root)).rejects.toThrow(
    /^--changed needs git, and .* is in none of its work trees/,
  );
  git("init", "--quiet", "--initial-branch", "main");
  write(".gitignore", "reports\n");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  const changed = async (ref?: string) =>
    (await changedFiles(root, ref)).map((path) => path.slice(root.length + 1)).sort();
  expect(await changed()).toEqual([]);
  git("switch", "--quiet", "--create", "work");
  write("src/clock.js", "// committed");
  git("commit", "--quiet", "--all", "--message", "two");
  write("a name\nof two lines.js", "");
  write("reports/x.json", "");
  git("rm", "--quiet", "index.js");
  write("skills/moon/SKILL.md", "# Full moon");
  const uncommitted = ["a name\nof two lines.js", "index.js", "skills/moon/SKILL.md"];
  expect(await changed()).toEqual(uncommitted);
  expect(await changed("main")).toEqual([...uncommitted, "src/clock.js"].sort());
  await expect(changedFiles(root, "nowhere")).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(
      /^git knows no common history of nowhere and HEAD: fatal: Not a valid object name nowhere$/,
    ),
  });
  await expect(changedFiles(root, "--all")).rejects.toMatchObject({ code: "usage" });
});
