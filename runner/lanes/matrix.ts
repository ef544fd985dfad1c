import type { PublishedReleases } from "../gateway/openclaw/registry.ts";
import type { ModelChoice } from "../gateway/provider-mode.ts";
import { formatTarget, type GatewayTarget } from "../gateway/target.ts";
import { guardOf } from "../plan/guard.ts";
import type { Plan } from "../plan/plan.ts";
import type { Shard } from "../plan/shard.ts";
import { MATRIX_VERSION } from "../results/merge/matrix.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { checkLane } from "./check.ts";
import type { Durations } from "./durations.ts";
import { entryText, needsRegistry, targetsOf } from "./gateways.ts";
import { rejectErrors } from "./invalid.ts";
import { commandLine, jobId, jobName } from "./job.ts";
import { checkPlan, guardsOf, planOn } from "./lane-plan.ts";
import { type Lanes, type LocatedLane, laneDiagnostic } from "./read.ts";
import type { Lane, OperatingSystem } from "./schema.ts";
import { catalogOf, type PackContext } from "./select.ts";
import { cutSelection } from "./shard.ts";

/** One `qa run`, on some machine. */
export interface Job {
  /** Unique, and the same every night: `releases / openclaw@2026.9.6 / linux / 2 of 5`. */
  name: string;
  /** The name as a file name. */
  id: string;
  lane: string;
  owner: string;
  /** As given to `--gateway`; a release has its version. */
  gateway: string;
  /** As the lanes file says it. */
  gatewayAsked: string;
  os: OperatingSystem;
  shard: Shard;
  model: ModelChoice;
  /** Ids that this job runs or reports as skipped, in order. */
  scenarios: string[];
  /** Ids of all shards together. */
  selection: string[];
  /** Scenarios of this job that will be reported as skipped; `guard` is the missing variable, if that is why. */
  skipped: { id: string; guard: string | null; reason: string }[];
  /** Scenarios that the lane chooses and that do not apply to this gateway. */
  notApplicable: { id: string; reason: string }[];
  /** Guard variables that the job sets for itself. */
  guards: Record<string, string>;
  /** Names only. */
  secrets: string[];
  retries: number;
  repeat: number;
  /** Time limit of the run. */
  minutes: number;
  mayFail: boolean;
  /** Total time in earlier runs, or else number of steps; without retries and repeats. */
  estimate: { cost: number; unit: "ms" | "steps" };
  /** If set, the job does not run; says why. */
  skip?: { reason: string; hint: string };
  /** Arguments of `qa`; `--out` is left to the caller. */
  args: string[];
  /** The same, as it can be typed. */
  command: string;
}

export interface Matrix {
  version: typeof MATRIX_VERSION;
  jobs: Job[];
  /** What a reader should know about how it was planned. */
  notes: string[];
}

export interface MatrixRequest {
  lanes: Lanes;
  chosen: readonly LocatedLane[];
  /** Holds the scenarios of `packsOf` the lanes. */
  catalog: Catalog;
  context: PackContext;
  env: Readonly<Record<string, string | undefined>>;
  durations: Durations;
  /** Asked at most once, and only if an entry needs it. */
  published(): Promise<PublishedReleases & { kept: boolean }>;
  /** Gives the arguments of `qa` that run a job. The flags are the caller's: this room does not know them. */
  argsOf(job: { lane: string; gateway: GatewayTarget; shard?: Shard }): string[];
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
    const plan = planOn(gateway, located, own, { ...env, ...guardsOf(lane) });
    diagnostics.push(...checkPlan(located, lanes, gateway, plan));
    const asked = entryText(lane.gateways[index] ?? "");
    for (const target of targets) {
      const name = formatTarget(target);
      if (seen.has(name)) {
        notes.push(`${located.name}: ${asked} means ${name}, which the lane already has`);
        continue;
      }
      seen.add(name);
      jobs.push(...jobsOn(located, { target, asked, plan }, request));
    }
  }
  return { jobs, diagnostics, notes };
}

function jobsOn(
  { name: laneName, lane }: LocatedLane,
  { target, asked, plan }: { target: GatewayTarget; asked: string; plan: Plan },
  { durations, env, argsOf }: MatrixRequest,
): Job[] {
  const { shards = 1, os: systems = ["linux"], secrets = [] } = lane;
  const total = Math.min(shards, plan.scenarios.length);
  const skip = secretSkip(secrets, env);
  const gateway = formatTarget(target);
  const cuts = cutSelection(plan.scenarios, ({ scenario }) => scenario, { target, total, durations });
  return systems.flatMap((os) =>
    cuts.map(({ shard, items, cost, unit }) => {
      const name = jobName(laneName, gateway, os, shard);
      const args = argsOf({ lane: laneName, gateway: target, ...(total > 1 ? { shard } : {}) });
      const ids = items.map(({ scenario }) => scenario.id);
      return {
        name,
        id: jobId(name),
        lane: laneName,
        owner: lane.owner,
        gateway,
        gatewayAsked: asked,
        os,
        shard,
        model: lane.model ?? "scripted",
        scenarios: ids,
        selection: plan.scenarios.map(({ scenario }) => scenario.id),
        skipped: plan.skipped
          .filter(({ scenario }) => ids.includes(scenario.id))
          .map(({ scenario, reason }) => ({ id: scenario.id, guard: guardOf(scenario) ?? null, reason })),
        notApplicable: plan.notApplicable.map(({ scenario, reason }) => ({ id: scenario.id, reason })),
        guards: guardsOf(lane),
        secrets: [...secrets],
        ...laneLimits(lane),
        mayFail: lane.mayFail ?? false,
        estimate: { cost, unit },
        ...(skip ? { skip } : {}),
        args,
        command: commandLine(args),
      };
    }),
  );
}

const DEFAULT_MINUTES = 30;

/** How often and how long a lane's scenarios run. */
export function laneLimits({ retries = 0, repeat = 1, minutes = DEFAULT_MINUTES }: Lane) {
  return { retries, repeat, minutes };
}

/** Which of a lane's secrets are not set. */
export function missingSecrets(
  secrets: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  return secrets.filter((name) => !env[name]);
}

function secretSkip(secrets: readonly string[], env: MatrixRequest["env"]): Job["skip"] {
  const missing = missingSecrets(secrets, env);
  if (missing.length === 0) return undefined;
  return {
    reason: `no secret ${missing.join(", ")}`,
    hint: `Set ${missing.join(" and ")} in the environment to run it.`,
  };
}
