import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { folderWith, METADATA, markdownScenario } from "../testing/parse.ts";
import { loadCatalog } from "./catalog.ts";
import { readModelScripts } from "./model-scripts.ts";

const IDS = ["dm-chat", "thread-follow-up"];

function read(files: Record<string, string>, ...paths: string[]) {
  const root = folderWith(files);
  const { scripts, diagnostics } = readModelScripts(paths, IDS, root);
  return {
    replies: Object.fromEntries([...scripts].map(([id, { rules }]) => [id, rules[0]?.reply])),
    found: diagnostics.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`),
    hints: diagnostics.map(({ hint }) => hint),
  };
}

describe("model scripts beside scenarios", () => {
  it("come from a file by scenario id, and from a folder by file name; the last counts", () => {
    const files = {
      "all.yaml": "dm-chat: { rules: [{ reply: one }] }\nthread-follow-up: { rules: [{ reply: two }] }\n",
      "more/dm-chat.yaml": "rules: [{ reply: three }]\n",
      "more/README.md": "Not a script.",
    };
    expect(read(files, "all.yaml", "more")).toMatchObject({
      replies: { "dm-chat": "three", "thread-follow-up": "two" },
      found: [],
    });
    expect(read(files, "more", "all.yaml").replies["dm-chat"]).toBe("one");
  });

  it.each([
    ["an unknown id", "dm-chta:\n  rules: [{ reply: x }]\n", "s.yaml:1:1 unknown-scenario"],
    [
      "a rule with two answers",
      "dm-chat:\n  rules:\n    - { reply: x, hang: true }\n",
      "s.yaml:3:7 unexpected-property",
    ],
    ["a misspelt key", "dm-chat:\n  rules:\n    - { replay: x }\n", "s.yaml:3:9 unknown-key"],
    [
      "a script twice",
      "dm-chat: { rules: [{ reply: x }] }\ndm-chat: { rules: [{ reply: y }] }\n",
      "s.yaml:2:1 duplicate-key",
    ],
    ["a list", "- dm-chat\n", "s.yaml:1:1 wrong-type"],
    ["broken YAML", "dm-chat: {\n", "s.yaml:2:1 yaml-syntax"],
  ])("%s is found with its place", (_case, text, place) => {
    expect(read({ "s.yaml": text }, "s.yaml").found).toContain(place);
  });

  it("says which id was meant", () => {
    expect(read({ "s.yaml": "dm-chta: { rules: [{ reply: x }] }\n" }, "s.yaml").hints).toEqual([
      "Did you mean `dm-chat`?",
    ]);
    expect(read({ "s/other.yaml": "rules: [{ reply: x }]\n" }, "s").found).toEqual([
      "s/other.yaml:1:1 unknown-scenario",
    ]);
  });

  it("must exist", () => {
    expect(() => read({ "empty/README.md": "" }, "empty")).toThrow(UsageError);
    expect(() => read({}, "gone.yaml")).toThrow(/there is no model script gone.yaml/);
  });
});

describe("a pack's own model scripts", () => {
  const scenario = markdownScenario();
  const reply = (catalog: Awaited<ReturnType<typeof loadCatalog>>) =>
    catalog.scenarios.find(({ id }) => id === "demo")?.modelScript?.rules[0]?.reply;

  it("are taken up from its folder, and stand behind those that were asked for", async () => {
    const pack = folderWith({
      "qa/scenarios/demo.md": scenario,
      "qa/scenarios/model-scripts/demo.yaml": "rules: [{ reply: folder }]\n",
      "model-scripts.yaml": "demo: { rules: [{ reply: beside }] }\n",
      "mine.yaml": "demo: { rules: [{ reply: mine }] }\n",
    });
    const options = { repoRoot: folderWith({}), packs: [pack], cwd: pack };
    const beside = await loadCatalog(options);
    expect(reply(beside)).toBe("beside");
    expect(beside.diagnostics).toEqual([]);
    expect(beside.shared).toEqual([
      join("qa", "scenarios", "model-scripts", "demo.yaml"),
      "model-scripts.yaml",
    ]);
    expect(reply(await loadCatalog({ ...options, modelScripts: ["mine.yaml"] }))).toBe("mine");
  });

  it("replace the block in the scenario's file", async () => {
    const text = `${scenario}\n\`\`\`yaml qa-model\nrules: [{ reply: own }]\n\`\`\`\n`;
    const pack = folderWith({ "demo.md": text, "mine.yaml": "demo: { rules: [{ reply: mine }] }\n" });
    const options = { repoRoot: folderWith({}), packs: [pack], cwd: pack };
    expect(reply(await loadCatalog(options))).toBe("own");
    expect(reply(await loadCatalog({ ...options, modelScripts: ["mine.yaml"] }))).toBe("mine");
  });
});

it("a pack's scenario stands in for the repository's own of the same id", async () => {
  const repoRoot = folderWith({
    "qa/scenarios/demo.md": markdownScenario(),
    "qa/scenarios/x.md": markdownScenario(METADATA.replace("demo", "other")),
  });
  const pack = folderWith({ "demo.md": markdownScenario() });
  const catalog = await loadCatalog({ repoRoot, packs: [pack], cwd: repoRoot, trust: true });
  expect(catalog.scenarios.map(({ id, pack: { foreign, trusted } }) => [id, foreign, trusted])).toEqual([
    ["other", false, false],
    ["demo", true, true],
  ]);
  expect(catalog.diagnostics).toMatchObject([
    { code: "duplicate-id", severity: "warning", file: join(pack, "demo.md") },
  ]);
  const alone = await loadCatalog({ repoRoot, packs: [pack], packsOnly: true, cwd: repoRoot });
  expect(alone.scenarios.map(({ id }) => id)).toEqual(["demo"]);
  expect(alone.diagnostics).toEqual([]);
});
