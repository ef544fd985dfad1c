import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Of all files but those that are installed or of git, and reports. @returns SHA-256 in hex @throws the file system's error */
export async function digestOfFolder(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const walk = async (path: string): Promise<void> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      if (["node_modules", ".git", "reports"].includes(entry.name)) continue;
      const below = join(path, entry.name);
      if (entry.isDirectory()) await walk(below);
      else if (entry.isFile()) hash.update(`${below}\n`).update(await readFile(join(folder, below)));
    }
  };
  await walk("");
  return hash.digest("hex");
}
