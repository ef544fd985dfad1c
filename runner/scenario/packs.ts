import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { UsageError } from "../errors.ts";
import type { Pack } from "./types.ts";

/** The repository's own pack: `qa/scenarios`. */
export function ownPack(repoRoot: string): Pack {
  return { name: "qa", root: join(repoRoot, "qa", "scenarios"), referenceRoot: repoRoot, foreign: false };
}

/**
 * The pack of a folder given with `--pack`: the folder itself, or the scenarios folder of a
 * repository. Below the own repository's `qa` it counts as own.
 * @throws UsageError if there is no such folder
 */
export function packOf(folder: string, repoRoot: string, cwd: string): Pack {
  const path = resolve(cwd, folder);
  if (!isFolder(path)) {
    throw new UsageError(
      `there is no pack folder ${folder}`,
      "Give a folder that holds scenario files, or a repository with qa/scenarios.",
    );
  }
  const candidates = [join(path, "qa", "scenarios"), join(path, "scenarios")];
  const root = candidates.find((candidate) => existsSync(candidate)) ?? path;
  return packAt(root, basename(path), repoRoot);
}

/** The pack that an explicitly named file or folder belongs to. */
export function packAround(path: string, repoRoot: string): Pack {
  const own = ownPack(repoRoot);
  if (isWithin(path, own.root)) return own;
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  return packAt(folder, basename(folder), repoRoot);
}

function packAt(root: string, name: string, repoRoot: string): Pack {
  if (isWithin(root, join(repoRoot, "qa"))) return { ...ownPack(repoRoot), name, root };
  return { name, root, referenceRoot: repositoryRoot(root), foreign: true };
}

/** Nearest folder upwards that looks like the root of a repository; else the folder itself. */
function repositoryRoot(folder: string): string {
  for (let current = folder; ; current = dirname(current)) {
    if (["package.json", ".git"].some((marker) => existsSync(join(current, marker)))) return current;
    if (dirname(current) === current) return folder;
  }
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(isAbsolute(way) || way === ".." || way.startsWith(`..${sep}`));
}
