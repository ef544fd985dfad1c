import { existsSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { isWithin } from "../../base/paths.ts";
import { ROOT } from "../../base/places.js";
import type { Pack } from "../types.ts";

/** The repository's own pack: `qa/scenarios`. Only the tool's own scenarios have to say what they cover, and why. */
export function ownPack(repoRoot: string): Pack {
  const root = join(repoRoot, "qa", "scenarios");
  return {
    name: "qa",
    root,
    referenceRoot: repoRoot,
    foreign: false,
    brief: repoRoot !== ROOT,
    trusted: false,
  };
}

/** What `--pack` calls the scenarios that come with the tool. */
export const BUILTIN = "builtin:";

/** Absolute folder of a pack that a text names, relative to `folder`; or what stands for those of the tool. */
export function packFrom(folder: string, typed: string): string {
  return typed === BUILTIN ? BUILTIN : resolve(folder, typed);
}

/** Whether there is what `packFrom` returned. */
export function isPack(pack: string): boolean {
  return pack === BUILTIN || isFolder(pack);
}

/** Files of scenarios that come with the tool; their own repository is the only one that counts them as its own. */
export function builtinPack(repoRoot: string): Pack {
  const own = ownPack(ROOT);
  return repoRoot === ROOT ? own : { ...own, name: "builtin", builtin: true };
}

/**
 * The pack of a folder given with `--pack`: the folder itself, or the scenarios folder of a
 * repository. Below the own repository's `qa` it counts as own.
 * @throws UsageError if there is no such folder
 */
export function packOf(folder: string, repoRoot: string, cwd: string): Pack {
  if (folder === BUILTIN) return builtinPack(repoRoot);
  const path = resolve(cwd, folder);
  if (!isFolder(path)) {
    throw new UsageError(
      `there is no pack folder ${folder}`,
      "Give a folder that holds scenario files, or a repository with qa/scenarios.",
    );
  }
  const root = scenarioFolders(path).find((candidate) => existsSync(candidate)) ?? path;
  return packAt(root, basename(path), repoRoot, path);
}

/**
 * The scenarios folder of the pack that one stands in: of the nearest folder upwards that has one, in the same repository.
 * Absolute; undefined if there is none.
 */
export function scenariosAround(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    const found = scenarioFolders(current).find((candidate) => candidate !== current && isFolder(candidate));
    if (found !== undefined) return found;
    if (isRepositoryRoot(current) || dirname(current) === current) return undefined;
  }
}

/** Names under which a pack brings scripts for the model along. */
const SCRIPT_NAMES = ["model-scripts.yaml", "model-scripts"];

/** Model scripts that lie in a folder given with `--pack`, or in its scenarios folder. Absolute paths. */
export function scriptsBeside(folder: string, cwd: string): string[] {
  const path = resolve(cwd, folder);
  return scenarioFolders(path).flatMap((candidate) =>
    SCRIPT_NAMES.map((name) => join(candidate, name)).filter((script) => existsSync(script)),
  );
}

/** The folder itself, and where a repository keeps its scenarios. */
function scenarioFolders(path: string): string[] {
  return [join(path, "qa", "scenarios"), join(path, "scenarios"), path];
}

/** The pack that an explicitly named file or folder belongs to. */
export function packAround(path: string, repoRoot: string): Pack {
  const known = [ownPack(repoRoot), builtinPack(repoRoot)].find(({ root }) => isWithin(path, root));
  if (known) return known;
  const folder = isFolder(path) ? path : dirname(path);
  return packAt(folder, basename(folder), repoRoot);
}

function packAt(root: string, name: string, repoRoot: string, given = root): Pack {
  if (isWithin(root, join(repoRoot, "qa"))) return { ...ownPack(repoRoot), name, root };
  return { name, root, referenceRoot: repositoryRoot(root) ?? given, foreign: true, trusted: false };
}

/** Nearest folder upwards that looks like the root of a repository. */
export function repositoryRoot(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    if (isRepositoryRoot(current)) return current;
    if (dirname(current) === current) return undefined;
  }
}

function isRepositoryRoot(folder: string): boolean {
  return ["package.json", ".git"].some((marker) => existsSync(join(folder, marker)));
}

function isFolder(path: string): boolean {
  return statsAt(path)?.isDirectory() === true;
}

/** Undefined if there is nothing at the path, or nothing that can be seen. */
export function statsAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
