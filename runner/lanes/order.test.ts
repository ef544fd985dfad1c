import { join } from "node:path";
import { expect, test } from "vitest";
import { withIdsOfPaths } from "../cli/scenario-paths.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { folderWith, METADATA, markdownScenario } from "../scenario/testing/parse.ts";
import { orderOfLane } from "./order.ts";
import { readLanes } from "./read.ts";

const tagged = (id: string, tag: string) =>
  markdownScenario(`${METADATA.replace("id: demo", `id: ${id}`)}tags: [${tag}]\n`);

test("a folder narrows a lane to what it chooses there, and a file must be one that it chooses", async () => {
  const repoRoot = folderWith({
    "qa/lanes.yaml":
      "lanes:\n  smoke:\n    owner: me@example.org\n    select: { tags: [smoke] }\n    gateways: [embedded]\n",
    "qa/scenarios/chat/in.md": tagged("in", "smoke"),
    "qa/scenarios/chat/out.md": tagged("out", "slow"),
    "qa/scenarios/other/else.md": tagged("else", "slow"),
  });
  const { lanes, diagnostics } = readLanes(join(repoRoot, "qa/lanes.yaml"), repoRoot);
  expect(diagnostics).toEqual([]);
  if (!lanes) throw new Error("the lanes cannot be read");
  const catalog = await loadCatalog({ repoRoot, cwd: repoRoot });
  const choose = async (...patterns: string[]) => {
    const narrow = () => withIdsOfPaths({ patterns, tags: [], all: false }, catalog, repoRoot);
    const order = orderOfLane(
      lanes,
      { name: "smoke", gateway: undefined, narrow },
      { repoRoot, packs: [] },
      {},
    );
    return (await order.choose(catalog)).selection;
  };
  expect(await choose("qa/scenarios/chat")).toMatchObject({ patterns: ["in"], named: [] });
  expect(await choose("qa/scenarios/chat/in.md")).toMatchObject({ patterns: ["in"], named: ["in"] });
  expect(await choose("i*")).toMatchObject({ patterns: ["i*"] });
  expect(await choose()).toMatchObject({ patterns: [], tags: ["smoke"] });
  await expect(choose("qa/scenarios/chat/out.md")).rejects.toThrow("the lane smoke does not choose out");
  await expect(choose("qa/scenarios/other")).rejects.toThrow(
    "the lane smoke chooses none of these scenarios",
  );
});
