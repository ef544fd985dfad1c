import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderWith, METADATA, markdownScenario } from "../testing/parse.ts";
import { type Catalog, loadCatalog } from "./catalog.ts";

const scenario = (id: string, extra = ""): string =>
  markdownScenario(METADATA.replace("id: demo", `id: ${id}`) + extra);

function found({ diagnostics }: Catalog): string[] {
  return diagnostics.map(
    ({ file, line, column, severity, code }) => `${file}:${line}:${column} ${severity} ${code}`,
  );
}

describe("loadCatalog", () => {
  it("finds scenarios at any depth, in order, and leaves out other files", async () => {
    const repoRoot = folderWith({
      "qa/scenarios/index.md": "# Pack\n\n```yaml qa-pack\nversion: 2\n```\n",
      "qa/scenarios/README.md": scenario("shown-in-readme"),
      "qa/scenarios/notes.md": "---\nauthor: somebody\n---\n# Notes\n",
      "qa/scenarios/data.yaml": "- 1\n",
      "qa/scenarios/.draft.md": scenario("hidden"),
      "qa/scenarios/node_modules/a/b.md": scenario("installed"),
      "qa/scenarios/b/second.md": scenario("second"),
      "qa/scenarios/a/tools/first.yml":
        "title: T\nscenario:\n  id: first\n  surface: s\n  objective: o\n  successCriteria: [c]\nflow: {}\n",
      "qa/scenarios/c/broken.md": "---\nid: broken\ntitle: [\n---\n",
    });
    const catalog = await loadCatalog({ repoRoot, cwd: join(repoRoot, "qa") });
    expect(catalog.scenarios.map(({ id, theme }) => [id, theme])).toEqual([
      ["first", "a/tools"],
      ["second", "b"],
    ]);
    expect(catalog.files).toEqual([
      "scenarios/a/tools/first.yml",
      "scenarios/b/second.md",
      "scenarios/c/broken.md",
      "scenarios/index.md",
    ]);
    expect(catalog.unusable.map(({ file }) => file.name)).toEqual(["scenarios/c/broken.md"]);
    expect(catalog.packIndexes.map(({ index }) => index)).toEqual([{ version: 2 }]);
  });

  it("needs a title and steps only, in a repository other than the tool's own", async () => {
    const text = "# Greets\n\n## One\n\n```yaml qa-step\n- say: hello\n  as: alice\n```\n";
    const repoRoot = folderWith({ "qa/scenarios/chat/greets-back.md": text });
    const { scenarios, diagnostics } = await loadCatalog({ repoRoot, cwd: repoRoot });
    expect(diagnostics).toEqual([]);
    expect(scenarios.map(({ id, title }) => [id, title])).toEqual([["greets-back", "Greets"]]);
  });

  it("says once what such a file lacks", async () => {
    const step = "```yaml qa-step\n- say: hello\n```\n";
    const files = {
      "no-heading": `# Greets\n\n${step}`,
      "no-title": `## One\n\n${step}`,
      "other-fence": `# Greets\n\n## One\n\n${step.replace("qa-step", "qa-steps")}`,
      prose: "# Notes\n\n```yaml\n- say: hello\n```\n",
    };
    const repoRoot = folderWith(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`qa/scenarios/${name}.md`, text])),
    );
    const { diagnostics } = await loadCatalog({ repoRoot, cwd: repoRoot });
    expect(diagnostics.map(({ file, message, hint }) => [file, message, hint])).toEqual([
      [
        "qa/scenarios/no-heading.md",
        "no heading of rank 2 to 6 is above this step",
        "Write what the step shows as a heading above it: `## The agent answers`.",
      ],
      [
        "qa/scenarios/no-title.md",
        "the scenario has no title",
        "Write it as the first heading: `# The agent greets back`.",
      ],
      [
        "qa/scenarios/other-fence.md",
        "`yaml qa-steps` is not a block of a scenario",
        "Did you mean `yaml qa-step`?",
      ],
    ]);
  });

  it("reads no more than the files that name the wanted ids, duplicates and broken ones included", async () => {
    const own = {
      "qa/scenarios/first.md": scenario("wanted"),
      "qa/scenarios/other.md": scenario("other"),
      "qa/scenarios/second.md": scenario("wanted"),
      "qa/scenarios/broken-one.md": "---\nid: [\n---\n",
    };
    const repoRoot = folderWith(own);
    const files = async (ids: string[], root = repoRoot) =>
      (await loadCatalog({ repoRoot: root, cwd: root, ids })).files;
    expect(await files(["wanted"])).toEqual(["qa/scenarios/first.md", "qa/scenarios/second.md"]);
    expect(await files(["broken-one"])).toEqual(["qa/scenarios/broken-one.md"]);
    expect(await files(["wanted", "unheard-of"])).toHaveLength(4);
    const index = "# Pack\n\n```yaml qa-pack\nversion: 2\n```\n";
    expect(await files(["wanted"], folderWith({ ...own, "qa/scenarios/index.md": index }))).toHaveLength(5);
  });

  it("names both places of a duplicate id and keeps the first", async () => {
    const repoRoot = folderWith({
      "qa/scenarios/a.md": scenario("same"),
      "qa/scenarios/b.md": scenario("same"),
    });
    const catalog = await loadCatalog({ repoRoot, cwd: repoRoot });
    expect(catalog.scenarios.map(({ file }) => file.name)).toEqual(["qa/scenarios/a.md"]);
    expect(found(catalog)).toEqual([
      "qa/scenarios/a.md:2:5 error duplicate-id",
      "qa/scenarios/b.md:2:5 error duplicate-id",
    ]);
    expect(catalog.diagnostics[0]?.message).toContain("qa/scenarios/b.md:2:5");
  });

  it("checks references in the repository that a pack belongs to", async () => {
    const references =
      "docsRefs: [docs/here.md, 'https://example.org/doc']\ncodeRefs: [src/gone.ts, src/gone.ts]\n";
    const repoRoot = folderWith({ "docs/here.md": "", "qa/scenarios/a.md": scenario("a", references) });
    const other = folderWith({
      "package.json": "{}",
      "docs/here.md": "",
      "qa/scenarios/plugins/b.md": scenario("b", references.replace("[src/gone.ts,", "[src/lost.ts,")),
    });
    const catalog = await loadCatalog({ repoRoot, packs: [other], cwd: repoRoot });
    expect(found(catalog)).toEqual([
      `${join(other, "qa/scenarios/plugins/b.md")}:9:12 warning missing-reference`,
      "qa/scenarios/a.md:9:12 error missing-reference",
      "qa/scenarios/a.md:9:25 error missing-reference",
    ]);
    // One line for what a pack names that was taken out of its repository.
    expect(catalog.diagnostics[0]?.message).toMatch(/`src\/lost\.ts`.*, nor 1 other file that scenarios/);
    expect(catalog.scenarios.map(({ id, theme, pack }) => [id, theme, pack.foreign])).toEqual([
      ["a", undefined, false],
      ["b", "plugins", true],
    ]);
  });

  it("loads only the paths that are given", async () => {
    const repoRoot = folderWith({
      "qa/scenarios/a/a.md": scenario("a"),
      "qa/scenarios/b/b.md": scenario("b"),
      "notes.md": "# Notes\n",
    });
    const catalog = await loadCatalog({ repoRoot, paths: ["qa/scenarios/a", "notes.md"], cwd: repoRoot });
    expect(catalog.scenarios.map(({ id, theme, pack }) => [id, theme, pack.foreign])).toEqual([
      ["a", "a", false],
    ]);
    expect(found(catalog)).toEqual(["notes.md:1:1 error not-a-scenario"]);
  });

  it("follows links, finds nothing twice, and says what it left out", async () => {
    const repoRoot = folderWith({
      "elsewhere/second.md": scenario("second"),
      "elsewhere/deep/third.md": scenario("third"),
      "pack/a/first.md": scenario("first"),
    });
    const link = (path: string, target: string) => symlinkSync(target, join(repoRoot, path));
    link("pack/linked", "../elsewhere");
    link("pack/0-again.md", "a/first.md");
    link("pack/deep", "../elsewhere/deep");
    link("elsewhere/back", "../pack/a");
    link("pack/a/self", ".");
    link("pack/above", "../..");
    link("pack/lost.md", "nowhere.md");
    link("pack/lost", "nowhere");
    link("linkpack", "pack");
    for (const pack of ["pack", "linkpack"]) {
      const catalog = await loadCatalog({ repoRoot, packs: [pack], packsOnly: true, cwd: repoRoot });
      expect(catalog.scenarios.map(({ id, theme }) => [id, theme])).toEqual([
        ["first", "a"],
        ["third", "deep"],
        ["second", "linked"],
      ]);
      expect(found(catalog)).toEqual([
        `${pack}/0-again.md:1:1 warning link-left-out`,
        `${pack}/a/self:1:1 warning link-left-out`,
        `${pack}/above:1:1 warning link-left-out`,
        `${pack}/linked/back:1:1 warning link-left-out`,
        `${pack}/linked/deep:1:1 warning link-left-out`,
        `${pack}/lost:1:1 warning link-left-out`,
        `${pack}/lost.md:1:1 error link-left-out`,
      ]);
    }
  });

  it("refuses what cannot be text, and drops a byte order mark", async () => {
    const repoRoot = folderWith({
      "qa/scenarios/binary.md": new Uint8Array([0x69, 0xff, 0xfe]),
      "qa/scenarios/huge.md": new Uint8Array(1024 * 1024 + 1),
      "qa/scenarios/marked.md": `\uFEFF${scenario("marked", "zebra: 1\n")}`,
    });
    const catalog = await loadCatalog({ repoRoot, cwd: repoRoot });
    expect(found(catalog)).toEqual([
      "qa/scenarios/binary.md:1:1 error not-utf8",
      "qa/scenarios/huge.md:1:1 error file-too-large",
      "qa/scenarios/marked.md:8:1 error unknown-key",
    ]);
  });

  it.for([
    [{ packs: ["nowhere"] }, "there is no pack folder nowhere"],
    [{ packs: ["empty"] }, "the pack empty holds no scenario"],
    [{ paths: ["gone.md"] }, "there is no file or folder gone.md"],
  ] as const)("refuses %j", async ([options, message]) => {
    const repoRoot = folderWith({ "empty/data.txt": "" });
    await expect(loadCatalog({ repoRoot, cwd: repoRoot, ...options })).rejects.toMatchObject({
      code: "usage",
      message,
    });
  });
});
