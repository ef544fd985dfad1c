import { randomBytes } from "node:crypto";

/** Sorts by time; the random part keeps two runs of one second apart. */
export function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "")
    .replace("T", "-");
  return `${time}-${randomBytes(2).toString("hex")}`;
}
