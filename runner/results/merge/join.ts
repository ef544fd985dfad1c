import { isDeepStrictEqual } from "node:util";
import { withoutUndefined } from "../../base/json.ts";
import { exitCodeFor } from "../../report/exit-code.ts";
import { countVerdicts } from "../../report/run-state.ts";
import type { ReportedOptions, RunReport } from "../../report/schema/report-schema.ts";
import type { Group } from "./groups.ts";

/**
 * The report that one run of the whole selection would have written, from the shards of a complete group.
 * Times of day are those of the shards' own clocks; the duration is the sum of theirs, which needs no clock.
 * @param commandOf gives the command that runs the whole; is given undefined if the shards do not say how
 */
export function joinShards(
  { shards, selection }: Group,
  commandOf: (options: ReportedOptions | undefined) => string,
): RunReport {
  const reports = shards.map(({ report }) => report);
  const [first, ...others] = reports;
  if (!first) throw new Error("a complete group has at least one shard");
  if (others.length === 0) return first;

  const results = new Map(reports.flatMap(({ scenarios }) => scenarios.map((result) => [result.id, result])));
  const scenarios = selection.flatMap((id) => results.get(id) ?? []);
  const excuses = new Map(
    reports.flatMap(({ quarantine = [] }) => quarantine.map((entry) => [entry.id, entry])),
  );
  const { shard, job, ...whole } = first;
  const options = wholeOptions(reports);
  const report: RunReport = withoutUndefined({
    ...whole,
    runId: `${first.runId}-merged`,
    command: commandOf(options),
    options,
    startedAt: extreme(reports, "startedAt", (a, b) => a < b),
    finishedAt: extreme(reports, "finishedAt", (a, b) => a > b),
    durationMs: reports.reduce((sum, { durationMs }) => sum + durationMs, 0),
    jobs: Math.max(...reports.map(({ jobs }) => jobs)),
    ...(reports.some(({ quarantine }) => quarantine)
      ? { quarantine: selection.flatMap((id) => excuses.get(id) ?? []) }
      : {}),
    interrupted: false,
    counts: countVerdicts(scenarios),
    scenarios,
  });
  return { ...report, exitCode: exitCodeFor(report, 0) };
}

/** What all shards were given, without what makes each a shard. */
function wholeOptions(reports: readonly RunReport[]): RunReport["options"] {
  const [first, ...others] = reports.map(({ options }) => options);
  if (!first) return undefined;
  const { ids, ...values } = first;
  const common = Object.entries(values).filter(
    ([name, value]) =>
      name !== "shard" && others.every((options) => isDeepStrictEqual(options?.[name], value)),
  );
  return { ids, ...Object.fromEntries(common) };
}

/** ISO times of one zone sort as text. */
function extreme(
  reports: readonly RunReport[],
  what: "startedAt" | "finishedAt",
  isBetter: (a: string, b: string) => boolean,
): string {
  return reports.map((report) => report[what]).reduce((best, next) => (isBetter(next, best) ? next : best));
}
