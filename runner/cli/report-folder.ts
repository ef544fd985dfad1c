import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorMessage, UsageError } from "../base/errors.ts";

/**
 * Looks only: what is wrong with the rest of the command line must not leave a folder behind.
 * @param folder absolute
 * @throws UsageError if the folder cannot take a report, or holds one: two runs must not mix
 */
export function rejectUsedFolder(folder: string): void {
  const hint = "Give --out a folder that is new or empty.";
  if (existsSync(join(folder, "events.jsonl")))
    throw new UsageError(`${folder} holds a report already`, hint);
  const parent = existingParent(folder);
  try {
    if (!statSync(parent).isDirectory()) throw new Error(`${parent} is no folder`);
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(`the report cannot be written to ${folder}: ${errorMessage(error)}`, hint);
  }
}

/** The folder itself or, where it has yet to be made, what it is to be made in. */
function existingParent(folder: string): string {
  let path = folder;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  return path;
}
