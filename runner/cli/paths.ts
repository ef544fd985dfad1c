import { stat } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { UsageError } from "../base/errors.ts";

/** As the user would type it in `cwd`: relative, but for what lies outside. */
export function shownPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside || ".";
}

/** @throws UsageError unless the path is a folder in which reports may be */
export async function requireFolder(path: string, shown: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(
      `there is no folder ${shown}`,
      "Give folders that `qa run` reported to, or above them.",
    );
  }
}
