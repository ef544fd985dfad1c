import { readdir } from "node:fs/promises";
import { join } from "node:path";

const REPORT_FILES = ["report.json", "events.jsonl"];

/**
 * The report folders at or below `root`, sorted by path. What lies inside one is its evidence and is not searched;
 * symbolic links are not followed.
 * @throws when a folder cannot be read
 */
export async function findReportFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && REPORT_FILES.includes(entry.name))) return [root];
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
  return (await Promise.all(folders.sort().map(findReportFolders))).flat();
}
