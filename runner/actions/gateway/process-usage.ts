import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts in hundredths of a second on every Linux that Node runs on. */
const MS_PER_TICK = 10;

interface ProcessUsage {
  /** User and system time so far, in milliseconds. */
  cpuMs: number;
  rssBytes: number;
}

/**
 * What a process and its descendants use, as the kernel reports it.
 * @returns undefined where there is no /proc, or no such process
 */
export function usageOf(pid: number | undefined): ProcessUsage | undefined {
  if (pid === undefined || process.platform !== "linux") return undefined;
  const children = Map.groupBy(readdirSync("/proc").filter(isPid), (name) => statOf(name)?.parent);
  const family = [String(pid)];
  for (const member of family) family.push(...(children.get(member) ?? []));
  const members = family.flatMap((member) => statOf(member) ?? []);
  if (members.length === 0) return undefined;
  return {
    cpuMs: sum(members.map(({ cpuMs }) => cpuMs)),
    rssBytes: sum(family.map(rssOf)),
  };
}

function isPid(name: string): boolean {
  return /^\d+$/.test(name);
}

function statOf(pid: string): { parent: string; cpuMs: number } | undefined {
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  if (!fields) return undefined;
  const [, parent = ""] = fields;
  return { parent, cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK };
}

function rssOf(pid: string): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "") ?? [];
  return Number(kilobytes) * 1024;
}

/** A process may end between any two looks at it. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
