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
  return new Set((await Promise.all([...mergeFolders].map(sharesMergedIn))).flat());
}

/** Ids of the runs that the merge in this folder, if there is one, made other reports of. */
async function sharesMergedIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, "merged.json"), "utf8").catch(() => "{}");
  try {
    const { groups = [] } = JSON.parse(text) as {
      groups?: { report?: string; shares: { runId: string }[] }[];
    };
    return groups.flatMap(({ report, shares }) =>
      report !== undefined && shares.length > 1 ? shares.map(({ runId }) => runId) : [],
    );
  } catch {
    // Then its shares are no merge of anything that could be read.
    return [];
  }
}
