import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** A file that something was built from, as it was then. */
export interface BuildInput {
  /** Relative to the folder of what is built, or absolute. */
  path: string;
  size: number;
  mtimeMs: number;
  /** Nobody can set it: as long as it is the same, so is the content. */
  ctimeMs: number;
  sha256: string;
}

/** @throws the file system's error when the file is gone */
export function buildInput(root: string, path: string): BuildInput {
  const file = resolve(root, path);
  const { size, mtimeMs, ctimeMs } = statSync(file);
  return { path, size, mtimeMs, ctimeMs, sha256: sha256Of(file) };
}

/** Whether every file is as it was: by size and times, and by its content only where these leave a doubt. */
export function areUnchanged(root: string, inputs: readonly BuildInput[]): boolean {
  return inputs.every(({ path, size, mtimeMs, ctimeMs, sha256 }) => {
    const file = resolve(root, path);
    const now = statSync(file, { throwIfNoEntry: false });
    if (now?.size !== size || now.mtimeMs !== mtimeMs) return false;
    return now.ctimeMs === ctimeMs || sha256Of(file) === sha256;
  });
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
