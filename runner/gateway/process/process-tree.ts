import { readdirSync, readFileSync } from "node:fs";

/** What a process and those that it has started have done so far. */
export interface TreeState {
  /** How many they are. */
  processes: number;
  /** Milliseconds of CPU time that they have used. */
  cpuMs: number;
  /** Milliseconds in which the one that waited longest for a CPU could have run and did not. */
  waitedMs: number;
  /** Bytes that they have read from disks and written to them. */
  diskBytes: number;
}

/** In which the system counts CPU time; the same on all that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Undefined where the system does not show its processes, or the process is gone. */
export function treeState(pid: number): TreeState | undefined {
  const found = new Map<number, Stat>();
  try {
    for (const name of readdirSync("/proc")) {
      const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
      if (stat) found.set(stat.pid, stat);
    }
  } catch {
    return undefined;
  }
  if (!found.has(pid)) return undefined;
  const own = [...found.values()].filter((stat) => stat.group === pid || descends(stat, pid, found));
  return {
    processes: own.length,
    cpuMs: sum(own.map(({ cpuMs }) => cpuMs)),
    waitedMs: Math.max(...own.map((stat) => waitedMs(stat.pid))),
    diskBytes: sum(own.map((stat) => diskBytes(stat.pid))),
  };
}

interface Stat {
  pid: number;
  parent: number;
  group: number;
  cpuMs: number;
}

function statOf(pid: number): Stat | undefined {
  const text = read(pid, "stat");
  // After the name, which may itself hold spaces and brackets: state, parent, group, …
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 13) return undefined;
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    pid,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    cpuMs: (ticks * 1000) / TICKS_PER_SECOND,
  };
}

function descends(stat: Stat, pid: number, all: ReadonlyMap<number, Stat>): boolean {
  for (let at: Stat | undefined = stat; at; at = all.get(at.parent)) if (at.pid === pid) return true;
  return false;
}

function waitedMs(pid: number): number {
  return Number(read(pid, "schedstat").split(" ")[1] ?? 0) / 1e6;
}

function diskBytes(pid: number): number {
  const text = read(pid, "io");
  return sum([...text.matchAll(/^(?:read|write)_bytes: (\d+)$/gm)].map(([, bytes]) => Number(bytes)));
}

/** Empty when the process is gone by now, or the system does not say. */
function read(pid: number, what: string): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8");
  } catch {
    return "";
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
