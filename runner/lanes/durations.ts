import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { specOf } from "../gateway/openclaw/resolve.ts";
import { stepCount } from "../plan/shard.ts";
import type { RunReport } from "../report/report-schema.ts";
import type { Scenario } from "../scenario/types.ts";

/** How long scenarios took in earlier runs, by gateway. */
export class Durations {
  /** By target, then by scenario id: milliseconds of each run. */
  readonly #measured = new Map<string, Map<string, number[]>>();

  /** Reports that were read. */
  reports = 0;

  add(report: RunReport): void {
    this.reports += 1;
    for (const { id, verdict, durationMs, gateway } of report.scenarios) {
      // Skipped and blocked ones say nothing about the time that the scenario takes.
      if (verdict !== "passed" && verdict !== "failed") continue;
      const target = targetOf(gateway?.target ?? report.gateway, gateway?.version);
      const ofTarget = this.#measured.get(target) ?? new Map<string, number[]>();
      ofTarget.set(id, [...(ofTarget.get(id) ?? []), durationMs]);
      this.#measured.set(target, ofTarget);
    }
  }

  /**
   * Estimates scenarios on one gateway, in milliseconds: as measured there, else as measured on a gateway of the same
   * kind, else by their steps at the pace of those measured. Where nothing was measured, the unit is a step.
   * @param target as a job's `--gateway` names it
   */
  costsOn(target: string, scenarios: readonly Scenario[]): { costs: number[]; unit: "ms" | "steps" } {
    const known = scenarios.map(({ id }) => this.#medianOf(id, target));
    const measured = scenarios.filter((_, index) => known[index] !== undefined);
    const steps = measured.reduce((sum, scenario) => sum + stepCount(scenario), 0);
    const milliseconds = known.reduce<number>((sum, duration) => sum + (duration ?? 0), 0);
    const pace = steps > 0 ? milliseconds / steps : 1;
    return {
      costs: scenarios.map((scenario, index) => known[index] ?? stepCount(scenario) * pace),
      unit: measured.length > 0 ? "ms" : "steps",
    };
  }

  #medianOf(id: string, target: string): number | undefined {
    const there = this.#measured.get(target)?.get(id);
    if (there) return median(there);
    const alike = [...this.#measured]
      .filter(([other]) => kindOf(other) === kindOf(target))
      .flatMap(([, ofTarget]) => ofTarget.get(id) ?? []);
    return alike.length > 0 ? median(alike) : undefined;
  }
}

/**
 * Reads every report.json below a folder; one that cannot be read, or is of a run that was cut off, does not count.
 * A folder that does not exist holds none: before the first night nothing has been measured.
 */
export async function readDurations(folder: string | undefined): Promise<Durations> {
  const durations = new Durations();
  if (folder === undefined) return durations;
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const name of names.filter((path) => /(?:^|[\\/])report\.json$/.test(path)).sort()) {
    const report = await readReport(join(folder, name));
    if (report) durations.add(report);
  }
  return durations;
}

async function readReport(path: string): Promise<RunReport | undefined> {
  try {
    const report = JSON.parse(await readFile(path, "utf8")) as RunReport;
    const usable =
      !report.interrupted && Array.isArray(report.scenarios) && typeof report.gateway === "string";
    return usable ? report : undefined;
  } catch {
    return undefined;
  }
}

/** A dist-tag means another release in every month; the version that answered is what was measured. */
function targetOf(target: string, version: string | undefined): string {
  return kindOf(target) === "openclaw" ? `openclaw@${version ?? specOf(target)}` : target;
}

function kindOf(target: string): string {
  return /^[a-z]+/.exec(target)?.[0] ?? target;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
