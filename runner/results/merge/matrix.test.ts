import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../scenario/testing/parse.ts";
import { mergedAway } from "../merged-shards.ts";
import { readMatrix } from "./matrix.ts";
import { readMerged } from "./merged-schema.ts";

const JOB = { name: "a", lane: "l", gateway: "embedded", os: "linux", shard: { index: 1, total: 1 } };

test.for([
  [{ version: 1, jobs: [JOB] }, /it is a matrix of version 1, and this program reads version 2/],
  [{ version: 2, jobs: [{ ...JOB, shard: "1/1" }] }, /jobs\/0\/shard must be object/],
  [[JOB], /it is not a matrix/],
] as const)("a matrix of another version or shape is refused: %j", async ([value, problem]) => {
  const folder = folderWith({ "matrix.json": JSON.stringify(value) });
  await expect(readMatrix(join(folder, "matrix.json"))).rejects.toThrow(problem);
});

test.for([
  [{ version: 2, groups: [] }, /it is a merged report of version 2, and this program reads version 1/],
  [{ version: 1, groups: {} }, /must have required property/],
  [{}, /it is not a merged report/],
] as const)("a merged report of another version or shape is not read: %j", async ([value, problem]) => {
  const folder = folderWith({ "merged.json": JSON.stringify(value) });
  const path = join(folder, "merged.json");
  expect(await readMerged(path)).toEqual({ problem: expect.stringMatching(problem) });
  expect(await mergedAway([folder])).toEqual(new Set());
});
