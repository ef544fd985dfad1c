import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCatalog } from "../runner/scenario/catalog/catalog.ts";
import { ROOT } from "./testing/qa.ts";

test("the scenarios that docs/field-bugs.md names exist and name the bugs", async () => {
  const text = await readFile(join(ROOT, "docs/field-bugs.md"), "utf8");
  const { scenarios } = await loadCatalog({ repoRoot: ROOT, cwd: ROOT, metadataOnly: true });
  const named = new Map(scenarios.map(({ id, meta }) => [id, meta.regressionRefs ?? []]));
  const rows = [...text.matchAll(/^\| (#[^|]+) \|[^|]+\| (`[^|]+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(10);
  const missing = rows.flatMap(([, bugs = "", ids = ""]) => {
    const refs = [...ids.matchAll(/`([^`]+)`/g)].flatMap(
      ([, id = ""]) => named.get(id) ?? [`no scenario ${id}`],
    );
    return bugs.split(", ").filter((bug) => !refs.includes(bug));
  });
  expect(missing).toEqual([]);
});
