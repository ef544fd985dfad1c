import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { folderWith, METADATA, markdownScenario } from "../scenario/testing/parse.ts";
import { withIdsOfPaths } from "./scenario-paths.ts";

const scenario = (id: string): string => markdownScenario(METADATA.replace("id: demo", `id: ${id}`));

test("files and folders stand for the scenarios in them; only those of files are named", async () => {
  const repoRoot = folderWith({
    "qa/scenarios/one.md": scenario("one"),
    "qa/scenarios/chat/two.md": scenario("two"),
    "qa/scenarios/chat/broken.md": "---\nid: broken\ntitle: [\n---\n",
    "qa/scenarios/chatter/three.md": scenario("three"),
    "notes.md": "# Notes\n",
  });
  const cwd = join(repoRoot, "qa");
  const catalog = await loadCatalog({ repoRoot, cwd });
  const chosen = (...patterns: string[]) => {
    const selection = withIdsOfPaths({ patterns, tags: [], all: false }, catalog, cwd);
    return { patterns: selection.patterns, named: selection.named };
  };
  expect(chosen("scenarios/one.md", "three", "four/five")).toEqual({
    patterns: ["one", "three", "four/five"],
    named: ["one", "three", "four/five"],
  });
  expect(chosen("./scenarios/chat/")).toEqual({ patterns: ["two", "broken"], named: [] });
  expect(() => chosen("../notes.md")).toThrow("no scenario of this run lies in ../notes.md");
});
