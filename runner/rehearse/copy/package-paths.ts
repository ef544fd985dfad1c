import { readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { treatmentOf } from "./allow-list.ts";
import { rewriteDatabase } from "./databases.ts";
import { filesBelow } from "./files-below.ts";
import type { Places } from "./paths.ts";

/**
 * Where a package manager has put the release, as sessions, jobs and indexes name it: absolute, or from the home, and perhaps
 * after a line's end that is written as JSON has it. What follows is a file of the package.
 */
const PACKAGE = /(?:(?<=\\[nrt])|(?<![\w.~-]))~?(?:\/[^\s/"'`<>\\]+)*\/node_modules\/openclaw(?=\/)/g;
const IN_EVERY_PATH = "/node_modules/openclaw/";

/** Leads what a text says of an installed release's files to the package that the copy is run with. */
export function withPackageAt(text: string, packageRoot: string): string {
  return text.includes(IN_EVERY_PATH) ? text.replaceAll(PACKAGE, () => packageRoot) : text;
}

/**
 * Does so for all that lies in a copy. An installed release and the one that replaces it lie in the same place, and those of a
 * run do not: without this, a migration would find paths of a package that is gone.
 * @param root of the copy
 */
export async function movePackage(places: Places, root: string, packageRoot: string): Promise<void> {
  for (const { kind, copy } of places.all) {
    const base = join(root, copy);
    for (const file of await filesBelow(base)) {
      const treatment = treatmentOf(kind, relative(base, file).split(sep).join("/"));
      if (treatment === "database" && file.endsWith(".sqlite"))
        await rewriteDatabase(file, IN_EVERY_PATH, (text) => withPackageAt(text, packageRoot));
      if (treatment !== "json" && treatment !== "lines") continue;
      const text = await readFile(file, "utf8");
      const moved = withPackageAt(text, packageRoot);
      if (moved !== text) await writeFile(file, moved);
    }
  }
}
