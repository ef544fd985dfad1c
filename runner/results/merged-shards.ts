import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readMerged } from "./merge/merged-schema.ts";

/**
 * Ids of the runs whose merged report is among these folders too: their scenarios would otherwise count twice.
 * @param folders report folders, absolute
 */
export async function mergedAway(folders: readonly string[]): Promise<Set<string>> {
  // Reports of several groups lie one level below their merged.json.
  const mergeFolders = new Set(folders.flatMap((path) => [path, dirname(path)]));
  return new Set((await Promise.all([...mergeFolders].map(shardsMergedIn))).flat());
}

/** Ids of the runs that the merge in this folder, if there is one, joined into other reports. */
async function shardsMergedIn(folder: string): Promise<string[]> {
  const path = join(folder, "merged.json");
  if (!existsSync(path)) return [];
  const reading = await readMerged(path);
  // If it cannot be read, its shards count as runs of their own.
  if ("problem" in reading) return [];
  return reading.value.groups.flatMap(({ report, shares }) =>
    report !== undefined && shares.length > 1 ? shares.map(({ runId }) => runId) : [],
  );
}
