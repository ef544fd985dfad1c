import { open } from "node:fs/promises";
import { isJsonObject } from "../../base/json.ts";
import type { TraceRecord } from "../gateway.ts";

/** Bytes that are read from the end: more than any scenario needs. */
const READ = 2 * 1024 * 1024;

/** The newest records of a trace, oldest first; none where there is no file. What is no record is left out. */
export async function readTrace(path: string): Promise<TraceRecord[]> {
  const text = await readEnd(path).catch(() => "");
  return text.split("\n").flatMap((line) => recordIn(line) ?? []);
}

async function readEnd(path: string): Promise<string> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const from = Math.max(0, size - READ);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  return buffer.toString("utf8", 0, bytesRead);
}

function recordIn(line: string): TraceRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    if (!isJsonObject(parsed)) return undefined;
    const { at, event, ...facts } = parsed;
    return typeof at === "number" && typeof event === "string" ? { at, event, facts } : undefined;
  } catch {
    return undefined;
  }
}
