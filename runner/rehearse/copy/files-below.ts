import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Paths of all files below a folder; none where it is not there. @param folder absolute */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
