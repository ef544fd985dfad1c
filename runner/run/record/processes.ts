import { readFileSync } from "node:fs";
import type { RecordOf } from "../../report/events.ts";

type Sample = RecordOf<"process-sample">["processes"][number];

/** In which the system counts CPU time; the same on all that Node runs on. */
const TICKS_PER_SECOND = 100;
/** A process that starts others without end must not be followed without end. */
const MOST = 50;

/** What a process of this role, and those that it has started, use; undefined where the system does not say. */
export function sampleOf(role: Sample["role"], pid: number | undefined): Sample | undefined {
  if (pid === undefined) return undefined;
  if (role === "runner") {
    const { user, system } = process.cpuUsage();
    return {
      role,
      pid,
      count: 1,
      cpuMs: Math.round((user + system) / 1000),
      memoryBytes: process.memoryUsage.rss(),
    };
  }
  const own = familyOf(pid).flatMap((each) => usageOf(each) ?? []);
  if (own.length === 0) return undefined;
  const sum = (pick: (usage: { cpuMs: number; memoryBytes: number }) => number) =>
    own.reduce((total, usage) => total + pick(usage), 0);
  return {
    role,
    pid,
    count: own.length,
    cpuMs: sum(({ cpuMs }) => cpuMs),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
  };
}

/** A process and its descendants, as far as they have not left it. */
function familyOf(pid: number): number[] {
  const found = [pid];
  for (let index = 0; index < found.length && found.length < MOST; index += 1) {
    const children = read(`/proc/${found[index]}/task/${found[index]}/children`).trim();
    if (children !== "") found.push(...children.split(" ").map(Number));
  }
  return found;
}

function usageOf(pid: number): { cpuMs: number; memoryBytes: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  // After the name, which may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 22) return undefined;
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0;
  return { cpuMs, memoryBytes: Number(kilobytes) * 1024 };
}

/** Empty where there is no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
