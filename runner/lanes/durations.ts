import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FromSchema } from "json-schema-to-ts";
import { UsageError } from "../base/errors.ts";
import { kindOf, replaceJsonFile } from "../base/files.ts";
import { JsonFormat } from "../base/json-format.ts";
import { formatTarget, type GatewayTarget, recognizeTarget } from "../base/target.ts";
import { stepCount } from "../plan/shard.ts";
import { readReport } from "../report/read-report.ts";
import type { RunReport } from "../report/schema/report-schema.ts";
import { median } from "../results/history/statistics.ts";
import type { Scenario } from "../scenario/types.ts";

/** Goes up with every change that could break a reader of the file that keeps durations. */
const DURATIONS_VERSION = 1;

const durationsSchema = {
  type: "object",
  additionalProperties: false,
  required: ["version", "reports", "measured"],
  properties: {
    version: { const: DURATIONS_VERSION },
    reports: { type: "integer", minimum: 0 },
    measured: {
      type: "object",
      description: "By target, then by scenario id: milliseconds of each run.",
      additionalProperties: {
        type: "object",
        additionalProperties: { type: "array", items: { type: "number", minimum: 0 } },
      },
    },
  },
} as const;

type KeptDurations = FromSchema<typeof durationsSchema>;

const FORMAT = new JsonFormat<KeptDurations>({
  what: "a file of durations",
  version: DURATIONS_VERSION,
  schema: durationsSchema,
});

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
      const target = measuredTarget(gateway?.target ?? report.gateway, gateway?.version);
      const ofTarget = this.#measured.get(target) ?? new Map<string, number[]>();
      ofTarget.set(id, [...(ofTarget.get(id) ?? []), durationMs]);
      this.#measured.set(target, ofTarget);
    }
  }

  toJSON(): KeptDurations {
    const measured = Object.fromEntries(
      [...this.#measured].map(([target, ofTarget]) => [target, Object.fromEntries(ofTarget)]),
    );
    return { version: DURATIONS_VERSION, reports: this.reports, measured };
  }

  /** Reads what `toJSON` returned. */
  static fromJSON({ reports, measured }: KeptDurations): Durations {
    const durations = new Durations();
    durations.reports = reports;
    for (const [target, ofTarget] of Object.entries(measured))
      durations.#measured.set(target, new Map(Object.entries(ofTarget)));
    return durations;
  }

  /**
   * Estimates scenarios on one gateway, in milliseconds: as measured there, else as measured on a gateway of the same
   * kind, else by their steps at the pace of those measured. Where nothing was measured, the unit is a step.
   */
  costsOn(target: GatewayTarget, scenarios: readonly Scenario[]): { costs: number[]; unit: "ms" | "steps" } {
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

  #medianOf(id: string, target: GatewayTarget): number | undefined {
    const there = this.#measured.get(formatTarget(target))?.get(id);
    if (there) return median(there);
    const alike = [...this.#measured]
      .filter(([other]) => recognizeTarget(other)?.kind === target.kind)
      .flatMap(([, ofTarget]) => ofTarget.get(id) ?? []);
    return alike.length > 0 ? median(alike) : undefined;
  }
}

/**
 * Reads how long scenarios took, from every report.json below a folder or from the file that `writeDurations` wrote. A
 * report does not count if it cannot be read, if its run was cut off, or if its gateway was broken on purpose. A path
 * that does not exist holds none: before the first night nothing has been measured.
 * @throws UsageError for a file that holds no durations
 */
export async function readDurations(path: string | undefined): Promise<Durations> {
  const found = path === undefined ? undefined : await ifThere(stat(path));
  if (path === undefined || !found) return new Durations();
  if (found.isDirectory()) return readReports(path);
  if (found.isFile()) return readKept(path);
  throw new UsageError(`${path} holds no durations: it is ${kindOf(found)}`, "Give a folder of reports.");
}

/** Saves the current durations in one file, for all jobs that must use the same ones. */
export async function writeDurations(path: string, durations: Durations): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceJsonFile(path, durations);
}

async function readReports(folder: string): Promise<Durations> {
  const durations = new Durations();
  const names = (await ifThere(readdir(folder, { recursive: true }))) ?? [];
  for (const name of names.filter((path) => /(?:^|[\\/])report\.json$/.test(path)).sort()) {
    const reading = await readReport(join(folder, name));
    if (!("report" in reading)) continue;
    const { interrupted, faults = [] } = reading.report;
    if (!interrupted && faults.length === 0) durations.add(reading.report);
  }
  return durations;
}

async function readKept(path: string): Promise<Durations> {
  const reading = await FORMAT.read(path);
  if ("value" in reading) return Durations.fromJSON(reading.value);
  throw new UsageError(
    `${path} holds no durations: ${reading.problem}`,
    "Give --durations a folder of reports, or the durations.json of a night.",
  );
}

function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** A dist-tag means a different release every month; the version that answered is what was measured. */
function measuredTarget(text: string, version: string | undefined): string {
  const target = recognizeTarget(text);
  if (target?.kind !== "openclaw") return text;
  return formatTarget({ ...target, spec: version ?? target.spec });
}
