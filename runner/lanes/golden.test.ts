import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { scenarioText } from "../../test/testing/qa.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { formatDiagnostics } from "../scenario/source/format.ts";
import { folderWith } from "../scenario/testing/parse.ts";
import { checkLanes } from "./check.ts";
import { LANE_DIAGNOSTIC_CODES } from "./codes.ts";
import { checkQuarantine, readQuarantine } from "./quarantine.ts";
import { readLanes } from "./read.ts";

const GOLDEN = join(import.meta.dirname, "golden");
const INPUTS = readdirSync(GOLDEN).filter((name) => name.endsWith(".yaml"));
const TODAY = "2026-11-27";

const STEPS = "  - name: one\n    actions: [{ assert: '1 + 1 === 2' }]";
const SCENARIOS = {
  plain: "tags: [plain]\n",
  "embedded-only": "tags: [embedded-only]\ngateways: [embedded]\n",
  "breaks-things":
    "tags: [guarded]\nrisk: destructive\nexecution: { config: { allowEnv: QA_ALLOW_BREAKING } }\n",
  "needs-a-mind": "tags: [live]\nexecution: { config: { requiredProviderMode: live-frontier } }\n",
};

/** A repository of its own, with scenarios and the file to check. */
function repositoryWith(input: string): { root: string; file: string } {
  const root = folderWith({});
  const folder = join(root, "qa", "scenarios", "demo");
  mkdirSync(folder, { recursive: true });
  for (const [id, extra] of Object.entries(SCENARIOS))
    writeFileSync(join(folder, `${id}.md`), scenarioText(id, STEPS, extra));
  const file = join(root, "qa", input);
  copyFileSync(join(GOLDEN, input), file);
  return { root, file };
}

async function check(input: string): Promise<{ text: string; codes: string[] }> {
  const { root, file } = repositoryWith(input);
  const catalog = await loadCatalog({ repoRoot: root, cwd: root });
  const found: Diagnostic[] = [];
  if (input.endsWith(".quarantine.yaml")) {
    found.push(...readQuarantine(file, { cwd: root, today: TODAY }).diagnostics);
    found.push(...checkQuarantine(file, root, catalog));
  } else {
    const { lanes, diagnostics } = readLanes(file, root);
    found.push(...diagnostics);
    const context = { repoRoot: root, packs: [] };
    if (lanes) found.push(...(await checkLanes([...lanes.lanes.values()], lanes, catalog, context)));
  }
  found.sort((a, b) => a.line - b.line || a.column - b.column);
  return {
    text: await formatDiagnostics(found, {}, root),
    codes: found.map(({ code }) => code),
  };
}

test.for(INPUTS)("%s", async (input) => {
  const { text } = await check(input);
  expect(text === "").toBe(input.startsWith("clean"));
  await expect(`${text}\n`).toMatchFileSnapshot(join(GOLDEN, `${basename(input)}.txt`));
});

test("the golden files show every code except the one about a whole matrix", async () => {
  const seen = new Set((await Promise.all(INPUTS.map(check))).flatMap(({ codes }) => codes));
  expect(Object.keys(LANE_DIAGNOSTIC_CODES).filter((code) => !seen.has(code))).toEqual(["too-many-jobs"]);
});

test("a lane's scenario that a pack stands in for is checked as the repository has it", async () => {
  const { root, file } = repositoryWith("clean.lanes.yaml");
  const pack = folderWith({ "plain.md": scenarioText("plain", STEPS, "tags: [plain]\n") });
  const catalog = await loadCatalog({ repoRoot: root, packs: [pack], cwd: root });
  const { lanes } = readLanes(file, root);
  if (lanes === undefined) throw new Error("the lanes are clean");
  const context = { repoRoot: root, packs: [] };
  expect(checkLanes([...lanes.lanes.values()], lanes, catalog, context)).toEqual([]);
});
