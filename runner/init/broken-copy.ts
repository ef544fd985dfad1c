import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isWithin } from "../base/paths.ts";
import { MANIFEST } from "../run/testbed/plugin-manifest.ts";
import { type PluginSubject, SKILL, type Subject } from "./subject.ts";

/** What has no part in whether a plugin or a skill works, or is too much to copy. */
const NOT_COPIED = new Set([".git", "node_modules", "reports", "night"]);

/** The plugin's own words when it fails in the copy. */
const ON_PURPOSE = "broken on purpose by qa init";

/**
 * A copy of the repository in which the plugin's entry throws as soon as it is loaded, or the skill has no description.
 * @param folder absolute; of the user's own, new
 * @returns the copy's root, absolute, and the file that is broken, relative to it
 */
export async function brokenCopy(subject: Subject, folder: string): Promise<{ root: string; file: string }> {
  const root = join(folder, basename(subject.root));
  await mkdir(root);
  for (const name of await readdir(subject.root)) {
    const path = join(subject.root, name);
    // The folder for temporary files may lie in the repository.
    if (NOT_COPIED.has(name) || isWithin(root, path)) continue;
    await cp(path, join(root, name), { recursive: true });
  }
  // Shows where the repository begins, which its own may not have copied.
  await mkdir(join(root, ".git"), { recursive: true });
  const packages = join(subject.root, "node_modules");
  if (existsSync(packages)) await symlink(packages, join(root, "node_modules"), "junction");
  const file =
    subject.kind === "plugin" ? (subject.entry ?? MANIFEST) : join(subject.skills[0].folder, SKILL);
  const text = await readFile(join(root, file), "utf8");
  await writeFile(
    join(root, file),
    subject.kind === "plugin" ? brokenPlugin(subject, text) : `${ON_PURPOSE}\n`,
  );
  return { root, file };
}

function brokenPlugin({ entry }: PluginSubject, text: string): string {
  if (entry === undefined) return `${ON_PURPOSE}\n`;
  const [shebang = ""] = /^#!.*\n/.exec(text) ?? [];
  return `${shebang}throw new Error(${JSON.stringify(ON_PURPOSE)});\n${text.slice(shebang.length)}`;
}
