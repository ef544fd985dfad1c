import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";

/** A file that something was built from, as it was then. */
export interface BuildInput {
  /** Relative to the folder of what is built, or absolute. */
  path: string;
  size: number;
  mtimeMs: number;
}

/** @throws the file system's error when the file is gone */
export function buildInput(root: string, path: string): BuildInput {
  const { size, mtimeMs }: Stats = statSync(resolve(root, path));
  return { path, size, mtimeMs };
}

/** Whether every file is as it was, by size and time: reading them all would take longer than most builds save. */
export function areUnchanged(root: string, inputs: readonly BuildInput[]): boolean {
  return inputs.every(({ path, size, mtimeMs }) => {
    const now = statSync(resolve(root, path), { throwIfNoEntry: false });
    return now?.size === size && now.mtimeMs === mtimeMs;
  });
}
