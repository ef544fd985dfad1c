import { expect, it } from "vitest";
import { ROOT } from "../../base/places.js";
import { type CheckedScenarios, checkScenarios } from "../../plan/check.ts";
import { folderWith } from "../testing/parse.ts";
import { KeptFiles } from "./kept.ts";

/** What a reader of the catalog can see; a scenario's flow is left out when its check is known. */
function seen({ catalog, files, diagnostics }: CheckedScenarios) {
  const scenarios = catalog.scenarios.map(({ flow: _flow, checked: _checked, at, file, ...facts }) => {
    const [id, reference] = [at(["id"]), at(["docsRefs", 0])].map(({ start, end }) => ({ start, end }));
    return { ...facts, file: file.name, id: facts.id, places: { id, reference } };
  });
  const { scenarios: _scenarios, unusable, ...rest } = catalog;
  return { rest, scenarios, files, diagnostics, unusable: unusable.map(({ id, file }) => [id, file.name]) };
}

it("says of every golden file and every scenario of this repository what was found at first", async () => {
  const cache = folderWith({});
  for (const paths of [["runner/scenario/golden"], ["qa/scenarios"], ["runner/flow/golden"]]) {
    const options = { repoRoot: ROOT, cwd: ROOT, paths };
    const first = await checkScenarios({ ...options, kept: new KeptFiles("flows", cache) });
    const second = await checkScenarios({ ...options, kept: new KeptFiles("flows", cache) });
    const fresh = await checkScenarios(options);
    expect(seen(second)).toEqual(seen(fresh));
    expect(seen(first)).toEqual(seen(fresh));
    expect(second.catalog.scenarios.filter(({ flow }) => flow)).toEqual([]);
  }
});
