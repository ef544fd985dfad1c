import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

/**
 * From how much on a machine counts as too busy to judge by it how long something takes: the share of the time in which
 * something had to wait for the resource.
 */
const LIMITS = { cpu: 0.75, memory: 0.1, io: 0.5 } as const;
/** The same where the system does not measure that: processes that want to run, for each core. */
const LOAD_LIMIT = 2;

type Resource = keyof typeof LIMITS;

/** Measures how busy the machine is from now on. */
export class PressureWatch {
  readonly #startedAt = performance.now();
  readonly #before = totals();

  /** What the machine had too little of since then, and how much of it the run may count on; undefined if it had enough. */
  shortage(): string | undefined {
    if (this.#before === undefined) {
      const load = (loadavg()[0] ?? 0) / availableParallelism();
      if (load <= LOAD_LIMIT) return undefined;
      return `${load.toFixed(1)} processes wanted to run on each core (the limit is ${LOAD_LIMIT})`;
    }
    const microseconds = Math.max(1, (performance.now() - this.#startedAt) * 1000);
    const after = totals();
    for (const resource of RESOURCES) {
      const share = ((after?.[resource] ?? 0) - this.#before[resource]) / microseconds;
      if (share <= LIMITS[resource]) continue;
      return `something waited for ${NAMES[resource]} ${percent(share)} of the time (the limit is ${percent(LIMITS[resource])})`;
    }
    return undefined;
  }
}

const NAMES: Record<Resource, string> = { cpu: "a CPU", memory: "memory", io: "a disk" };
const RESOURCES = Object.keys(LIMITS) as Resource[];

/** Microseconds in which something had to wait, since the system started; undefined where it does not say. */
function totals(): Record<Resource, number> | undefined {
  try {
    const total = (resource: Resource): number => {
      const text = readFileSync(`/proc/pressure/${resource}`, "utf8");
      return Number(/^some .*total=(\d+)/m.exec(text)?.[1] ?? 0);
    };
    return { cpu: total("cpu"), memory: total("memory"), io: total("io") };
  } catch {
    return undefined;
  }
}

function percent(share: number): string {
  return `${Math.round(Math.min(1, share) * 100)} %`;
}
