import type { Shard } from "../plan/shard.ts";
import type { OperatingSystem } from "./schema.ts";

/** A job's name in the matrix, in its report and on the service; the same every night. */
export function jobName(lane: string, target: string, os: string, { index, total }: Shard): string {
  return [lane, target, os, ...(total > 1 ? [`${index} of ${total}`] : [])].join(" / ");
}

/** The job's name as a file name: `releases-openclaw-2026.9.6-linux-2-of-5`. */
export function jobId(name: string): string {
  return name.replaceAll(/[^\w.]+/g, "-");
}

/** What lanes call the operating system of this machine. */
export function osOf(platform: NodeJS.Platform): OperatingSystem | NodeJS.Platform {
  if (platform === "darwin") return "macos";
  return platform === "win32" ? "windows" : platform;
}
