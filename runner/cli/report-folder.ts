import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { errorMessage, UsageError } from "../errors.ts";

/** Sorts by time; the random part keeps two runs of one second apart. */
export function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "")
    .replace("T", "-");
  return `${time}-${randomBytes(2).toString("hex")}`;
}

/** @throws UsageError if the folder cannot take a report, or holds one: two runs must not mix */
export function rejectUsedFolder(folder: string): void {
  const hint = "Give --out a folder that is new or empty.";
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`the report cannot be written to ${folder}: ${errorMessage(error)}`, hint);
  }
  if (existsSync(join(folder, "events.jsonl")))
    throw new UsageError(`${folder} holds a report already`, hint);
}
