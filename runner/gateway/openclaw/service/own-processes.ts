import { readdir, readFile } from "node:fs/promises";
import { delay } from "../../../base/timers.ts";

const ROUNDS = 40;
const PAUSE_MS = 50;

/**
 * Ends every process whose environment has `variable` set to `value`, but for this one: what a service manager would know
 * by its control groups. Some may be starting others meanwhile, so it looks until there is none.
 * @returns whether all are gone
 */
export async function endMarked(variable: string, value: string): Promise<boolean> {
  const mark = `${variable}=${value}`;
  for (let round = 0; round < ROUNDS; round++) {
    const found = await marked(mark);
    if (found.length === 0) return true;
    for (const pid of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    await delay(PAUSE_MS);
  }
  return false;
}

async function marked(mark: string): Promise<number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (pid === process.pid) return [];
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(mark) ? [pid] : [];
    }),
  );
  return found.flat();
}
