import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readKept } from "../../base/kept-file.ts";
import { type CheckedScenarios, checkScenarios } from "../../plan/check.ts";
import { folderWith, METADATA, markdownScenario } from "../testing/parse.ts";
import { loadCatalog } from "./catalog.ts";
import { KeptFiles } from "./kept.ts";

const REFERENCES = "docsRefs: [docs/here.md]\n";
const FLOW_WITH_PERMISSION =
  'steps:\n  - name: one\n    actions:\n      - call: fs.writeFile\n        args: ["/x", "y"]\n';
const TYPO = "steps:\n  - name: one\n    actions:\n      - call: rest\n";

function check(repoRoot: string, cwd = repoRoot): Promise<CheckedScenarios> {
  return checkScenarios({ repoRoot, cwd, kept: keptIn(repoRoot) });
}

function keptIn(repoRoot: string): KeptFiles {
  return new KeptFiles("flows", join(repoRoot, "cache"));
}

const codes = ({ diagnostics }: CheckedScenarios) => diagnostics.map(({ file, code }) => `${file} ${code}`);
const known = ({ catalog }: CheckedScenarios) =>
  catalog.scenarios.map(({ id, checked }) => [id, checked !== undefined]);

it("reads again what has changed, whatever its time and length say, and nothing else", async () => {
  const repoRoot = folderWith({
    "docs/here.md": "",
    "qa/scenarios/a.md": markdownScenario(METADATA.replace("demo", "a") + REFERENCES),
    "qa/scenarios/b.md": markdownScenario(METADATA.replace("demo", "b")),
  });
  expect(codes(await check(repoRoot))).toEqual([]);
  writeFileSync(join(repoRoot, "qa/scenarios/b.md"), markdownScenario(METADATA.replace("demo", "b"), TYPO));
  const second = await check(repoRoot);
  expect(codes(second)).toEqual(["qa/scenarios/b.md unknown-action"]);
  expect(known(second)).toEqual([
    ["a", true],
    ["b", false],
  ]);
  // From another folder, a file has another name.
  expect(codes(await check(repoRoot, join(repoRoot, "qa")))).toEqual(["scenarios/b.md unknown-action"]);
});

it("asks the file system again for what lies beside a scenario", async () => {
  const plugins = "---\nplugins: [{ path: ../../plugin }]\n---\n\n";
  const repoRoot = folderWith({
    "docs/here.md": "",
    "plugin/openclaw.plugin.json": "{}",
    "qa/scenarios/a.md": markdownScenario(METADATA + REFERENCES),
    "qa/scenarios/tide.md": `${plugins}# Tide\n\n## One\n\n\`\`\`yaml qa-step\n- ask: hello\n  reply: hello\n\`\`\`\n`,
  });
  expect(codes(await check(repoRoot))).toEqual([]);
  rmSync(join(repoRoot, "docs/here.md"));
  rmSync(join(repoRoot, "plugin/openclaw.plugin.json"));
  const second = await check(repoRoot);
  expect(codes(second)).toEqual([
    "qa/scenarios/a.md missing-reference",
    "qa/scenarios/tide.md missing-reference",
  ]);
  expect(second.catalog.unusable).toMatchObject([{ id: "tide" }]);
  expect(known(second)).toEqual([["demo", true]]);
});

it("another pack, or a pack that is trusted, is another question", async () => {
  const repoRoot = folderWith({ "pack/a.md": markdownScenario(METADATA, FLOW_WITH_PERMISSION) });
  const found = async (trust: boolean) => {
    const options = { repoRoot, packs: ["pack"], packsOnly: true, trust, cwd: repoRoot };
    return codes(await checkScenarios({ ...options, kept: keptIn(repoRoot) })).length;
  };
  expect([await found(false), await found(true), await found(false)]).toEqual([1, 0, 1]);
});

it("a store that is damaged, cut or anybody's is made anew", async () => {
  const repoRoot = folderWith({ "qa/scenarios/a.md": markdownScenario() });
  await check(repoRoot);
  const store = join(repoRoot, "cache", readdirSync(join(repoRoot, "cache"))[0] ?? "");
  const whole = readFileSync(store);
  const spoil: (() => void)[] = [
    () => writeFileSync(store, whole.subarray(0, 40)),
    () => writeFileSync(store, whole.toString("latin1").replace("demo", "dome"), "latin1"),
    () => writeFileSync(store, '[["a.md",{"key":"x"}]]'),
    () => chmodSync(store, 0o666),
  ];
  for (const damage of spoil) {
    damage();
    const again = await check(repoRoot);
    expect(known(again)).toEqual([["demo", false]]);
    expect(known(await check(repoRoot))).toEqual([["demo", true]]);
  }
});

it("files that are gone do not stay in the store", async () => {
  const repoRoot = folderWith({
    "qa/scenarios/a.md": markdownScenario(METADATA.replace("demo", "a")),
    "qa/scenarios/b.md": markdownScenario(METADATA.replace("demo", "b")),
  });
  await check(repoRoot);
  rmSync(join(repoRoot, "qa/scenarios/a.md"));
  writeFileSync(join(repoRoot, "qa/scenarios/c.md"), markdownScenario(METADATA.replace("demo", "c")));
  await loadCatalog({ repoRoot, cwd: repoRoot, kept: keptIn(repoRoot) });
  await check(repoRoot);
  const [store = ""] = readdirSync(join(repoRoot, "cache"));
  const content = String(readKept(join(repoRoot, "cache", store)));
  const names = JSON.parse(content) as [string][];
  expect(names.map(([name]) => name)).toEqual(["b.md", "c.md"]);
});
