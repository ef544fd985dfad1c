import { stat } from "node:fs/promises";
import { UsageError } from "../base/errors.ts";

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
