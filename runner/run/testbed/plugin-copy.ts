import { cp, readdir, symlink } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { isWithin } from "../../base/paths.ts";
import type { Teardown } from "../../base/teardown.ts";
import { makeTempFolder } from "../../base/temp-folder.ts";

/**
 * Where a plugin can be loaded from while a run writes into its folder: a copy without what is written. 2026.9.6 reads the
 * plugin's whole folder when it reloads it, but for `node_modules` and `.git`, and refuses a plugin that changes meanwhile.
 * @param folder of the plugin; absolute
 * @param written folder that the run writes into; absolute
 * @returns the plugin's own folder, if `written` lies elsewhere
 */
export async function quietFolder(folder: string, written: string, teardown: Teardown): Promise<string> {
  if (folder === written || !isWithin(written, folder)) return folder;
  const [left = ""] = relative(folder, written).split(sep);
  const copy = join(await makeTempFolder({ kind: "plugin", teardown }), basename(folder));
  const names = (await readdir(folder)).filter((name) => name !== ".git" && name !== left);
  await cp(folder, copy, {
    recursive: true,
    filter: (source) => source === folder || isWanted(relative(folder, source).split(sep), names),
  });
  // Packages are found from where they really lie, and there may be very many.
  if (names.includes("node_modules")) await symlink(join(folder, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function isWanted([first = ""]: readonly string[], names: readonly string[]): boolean {
  return first !== "node_modules" && names.includes(first);
}
