import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { folderWith, METADATA, markdownScenario } from "../scenario/testing/parse.ts";
import { KeptFindings, type LaneFindings } from "./kept-findings.ts";

const FINDINGS: LaneFindings = { files: ["lanes.yaml"], diagnostics: [] };

test("what was found of lanes holds until a scenario, the list beside them, a pack or the day is another", async () => {
  const repoRoot = folderWith({
    "lanes.yaml": "lanes: {}\n",
    "qa/scenarios/a.md": markdownScenario(),
  });
  const path = (name: string) => join(repoRoot, name);
  const files = {
    lanes: path("lanes.yaml"),
    quarantine: path("quarantine.yaml"),
    cwd: repoRoot,
    today: "2026-11-30",
  };
  const kept = (changed: object = {}) => new KeptFindings({ ...files, ...changed }, path("cache"));
  const read = () => loadCatalog({ repoRoot, cwd: repoRoot });
  const catalog = await read();
  expect(kept().packs).toBeUndefined();
  kept().keep(["/one"], catalog, ["/one"], FINDINGS);

  expect(kept().packs).toEqual(["/one"]);
  expect(kept().find(catalog, ["/one"])).toEqual(FINDINGS);
  expect(kept().find(catalog, [])).toBeUndefined();
  expect(kept({ today: "2026-12-01" }).find(catalog, ["/one"])).toBeUndefined();
  expect(kept({ cwd: path("qa") }).packs).toBeUndefined();
  writeFileSync(path("qa/scenarios/a.md"), markdownScenario(`${METADATA}tags: [new]\n`));
  expect(kept().find(await read(), ["/one"])).toBeUndefined();
  writeFileSync(path("qa/scenarios/a.md"), markdownScenario());
  expect(kept().find(await read(), ["/one"])).toEqual(FINDINGS);
  writeFileSync(files.quarantine, "quarantine: []\n");
  expect(kept().find(catalog, ["/one"])).toBeUndefined();
  writeFileSync(files.lanes, "lanes: { }\n");
  expect(kept().packs).toBeUndefined();
});
