import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

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

interface MergedFrom {
  report?: string;
  shards?: { runId: string }[];
  /** What version 1 calls them. */
  shares?: { runId: string }[];
}

/** Ids of the runs that the merge in this folder, if there is one, made other reports of. */
async function shardsMergedIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, "merged.json"), "utf8").catch(() => "{}");
  try {
    const { groups = [] } = JSON.parse(text) as {
      groups?: MergedFrom[];
    };
    return groups.flatMap(({ report, shares = [], shards = shares }) =>
      report !== undefined && shards.length > 1 ? shards.map(({ runId }) => runId) : [],
    );
  } catch {
    // Then its shards are no merge of anything that could be read.
    return [];
  }
}
