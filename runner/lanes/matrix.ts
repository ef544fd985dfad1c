import { formatTarget } from "../base/target.ts";
import type { PublishedReleases } from "../gateway/openclaw/registry.ts";
import { type Job, MATRIX_VERSION, type Matrix } from "../results/merge/matrix-schema.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { checkLane } from "./check.ts";
import { entryText, needsRegistry, targetsOf } from "./gateways.ts";
import { rejectErrors } from "./invalid.ts";
import { type JobInputs, jobsOn } from "./jobs.ts";
import { guardsOf } from "./lane.ts";
import { checkPlan, planOn } from "./lane-plan.ts";
import { type Lanes, type LocatedLane, laneDiagnostic } from "./read.ts";
import { catalogOf, type PackContext } from "./select.ts";

export interface MatrixRequest extends JobInputs {
  lanes: Lanes;
  chosen: readonly LocatedLane[];
  /** Holds the scenarios of `packsOf` the lanes. */
  catalog: Catalog;
  context: PackContext;
  /** Asked at most once, and only if an entry needs it. */
  published(): Promise<PublishedReleases & { kept: boolean }>;
}

/**
 * Plans the jobs of lanes. Nothing is left out silently: what does not run is a job with `skip`, or is named by a job.
 * @throws InvalidLanes for an impossible lane or a scenario file with errors, with the line; QaError
 *   `registry-unreachable`
 */
export async function planMatrix(request: MatrixRequest): Promise<Matrix> {
  const { chosen, lanes, catalog, context, durations } = request;
  // A file with errors gives no scenario, which would then be missing silently.
  rejectErrors(catalog.diagnostics);
  const found: Diagnostic[] = [];
  const matrix: Matrix = { version: MATRIX_VERSION, jobs: [], notes: [] };
  const published = await publishedFor(request, matrix.notes);
  for (const lane of chosen) {
    const { diagnostics } = checkLane(lane, lanes, catalog, context);
    found.push(...diagnostics);
    if (diagnostics.some(({ severity }) => severity === "error")) continue;
    const planned = planLane(lane, published, request);
    found.push(...planned.diagnostics);
    matrix.jobs.push(...planned.jobs);
    matrix.notes.push(...planned.notes);
  }
  rejectErrors(found);
  if (durations.reports === 0 && matrix.jobs.some(({ shard }) => shard.total > 1))
    matrix.notes.push("no durations of earlier runs: shards are cut by steps");
  return matrix;
}

/** Without the registry, exact versions are accepted unchecked; anything else is an error of the environment. */
async function publishedFor(
  { chosen, published }: MatrixRequest,
  notes: string[],
): Promise<PublishedReleases | undefined> {
  const entries = chosen.flatMap(({ entries }) => entries.map(({ entry }) => entry));
  if (!entries.some(({ kind }) => kind !== "embedded")) return undefined;
  try {
    const releases = await published();
    if (releases.kept)
      notes.push("the package registry cannot be reached: releases are those that it last listed");
    return releases;
  } catch (error) {
    if (entries.some(needsRegistry)) throw error;
    notes.push("the package registry cannot be reached: it is not known whether the versions exist");
    return undefined;
  }
}

function planLane(
  located: LocatedLane,
  published: PublishedReleases | undefined,
  request: MatrixRequest,
): { jobs: Job[]; diagnostics: Diagnostic[]; notes: string[] } {
  const { lanes, env, catalog, context } = request;
  const { lane, path } = located;
  const diagnostics: Diagnostic[] = [];
  const jobs: Job[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();
  const own = catalogOf(located, lanes, catalog, context);
  for (const gateway of located.entries) {
    const { index } = gateway;
    const { targets, problem } = targetsOf(gateway.entry, published);
    if (problem) {
      const place = [...path, "gateways", index];
      diagnostics.push(laneDiagnostic(lanes, place, { code: "unknown-gateway", ...problem }));
    }
    const asked = entryText(lane.gateways[index] ?? "");
    for (const target of targets) {
      const name = formatTarget(target);
      if (seen.has(name)) {
        notes.push(`${located.name}: ${asked} means ${name}, which the lane already has`);
        continue;
      }
      seen.add(name);
      const plan = planOn(target, located, own, { ...env, ...guardsOf(lane) });
      diagnostics.push(...checkPlan(located, lanes, gateway, plan));
      jobs.push(...jobsOn(located, { target, asked, plan }, request));
    }
  }
  return { jobs, diagnostics, notes };
}
