import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorMessage, UsageError } from "../base/errors.ts";
import { userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { ROOT } from "../base/places.js";
import { BUILTIN } from "../scenario/catalog/packs.ts";

/** What a repository has that is tested with this tool. */
const QA: readonly string[] = ["qa/scenarios", "qa/lanes.yaml"];

/**
 * The user's repository: the nearest folder, from the one the user stands in upwards, with scenarios or lanes in `qa`. A
 * folder with `.git` is the last that is looked at. Without either, it is the folder the user stands in.
 */
export function repositoryRoot(): string {
  const start = userFolder();
  for (let folder = start; ; folder = dirname(folder)) {
    if (QA.some((path) => existsSync(join(folder, path)))) return folder;
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** Whether the user's repository is another one than the tool's, and has scenarios of its own. */
export function hasUsersScenarios(): boolean {
  const root = repositoryRoot();
  return root !== ROOT && existsSync(join(root, "qa/scenarios"));
}

/** The packs that options name, as typed. */
export function packsIn({
  pack,
  builtin,
}: {
  pack: readonly string[];
  builtin?: boolean | undefined;
}): string[] {
  return builtin && !pack.includes(BUILTIN) ? [...pack, BUILTIN] : [...pack];
}

/** Where reports go, and are looked for, unless the user says so. */
export function reportsFolder(): string {
  return join(repositoryRoot(), "reports");
}

/** Where it is kept which scenarios have been seen to fail; absolute. @param typed as given to --kept */
export function provenPath(typed?: string): string {
  return typed === undefined ? join(repositoryRoot(), "qa/proven.json") : resolve(userFolder(), typed);
}

/** The same for mutants, and who notices them. */
export function mutantsPath(typed?: string): string {
  return typed === undefined ? join(repositoryRoot(), "qa/mutants.json") : resolve(userFolder(), typed);
}

/** @throws UsageError unless the path is a folder */
export async function requireFolder(path: string, shown: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(
      `there is no folder ${shown}`,
      "Give folders that `qa run` reported to, or folders above them.",
    );
  }
}

const NEW_OR_EMPTY = "Give --out a folder that is new or empty.";

/** The file that shows that a folder holds a command's output. */
const LEFT_BY = {
  report: "events.jsonl",
  comparison: "parity.json",
  search: "bisect.json",
  night: "matrix.json",
} as const;

/**
 * The absolute folder for a command's output. Only checks it: an error in the rest of the command line must not leave a
 * folder behind.
 * @param typed as given to --out; undefined means `reports/<name>` of the user's repository
 * @throws UsageError if the folder cannot be written to, or already holds such output: two runs must not mix
 */
export function outFolder(typed: string | undefined, what: keyof typeof LEFT_BY, name: string): string {
  const folder = typed === undefined ? join(reportsFolder(), name) : resolve(userFolder(), typed);
  if (existsSync(join(folder, LEFT_BY[what]))) {
    throw new UsageError(`${folder} already holds a ${what}`, NEW_OR_EMPTY);
  }
  rejectUnwritable(folder);
  return folder;
}

/** @throws UsageError unless the absolute folder is new, or empty and can be written to */
export function rejectUsedFolder(folder: string): void {
  rejectUnwritable(folder);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(`${displayPath(folder, userFolder())} is not empty`, NEW_OR_EMPTY);
  }
}

function rejectUnwritable(folder: string): void {
  const parent = existingParent(folder);
  try {
    if (!statSync(parent).isDirectory()) throw new Error(`${parent} is not a folder`);
    accessSync(parent, constants.W_OK | constants.X_OK);
    // Only an attempt tells, and to make the folders would never end: /proc says that it can be written to.
    if (parent !== folder) rmdirSync(mkdtempSync(join(parent, ".qa-probe-")));
  } catch (error) {
    throw new UsageError(`the report cannot be written to ${folder}: ${errorMessage(error)}`, NEW_OR_EMPTY);
  }
}

/** The folder itself or, if it does not exist yet, the nearest one above it that does. */
function existingParent(folder: string): string {
  let path = folder;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  return path;
}
