import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readMerged } from "./merge/merged-schema.ts";

/**
 * Ids of the runs of which a merge made another report that lies among these folders: counted again they would be there
 * twice.
 * @param folders report folders, absolute
 */
export async function mergedAway(folders: readonly string[]): Promise<Set<string>> {
  // Reports of several groups lie one level below their merged.json.
  const mergeFolders = new Set(folders.flatMap((path) => [path, dirname(path)]));
  return new Set((await Promise.all([...mergeFolders].map(shardsMergedIn))).flat());
}

/** Ids of the runs that the merge in this folder, if there is one, made other reports of. */
async function shardsMergedIn(folder: string): Promise<string[]> {
  const path = join(folder, "merged.json");
  if (!existsSync(path)) return [];
  const reading = await readMerged(path);
  // Of what cannot be read its shards are not a merge.
  if ("problem" in reading) return [];
  return reading.value.groups.flatMap(({ report, shares }) =>
    report !== undefined && shares.length > 1 ? shares.map(({ runId }) => runId) : [],
  );
}
