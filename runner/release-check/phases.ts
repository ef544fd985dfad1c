import { UsageError } from "../base/errors.ts";
import { recognizeTarget } from "../base/target.ts";
import type { Teardown } from "../base/teardown.ts";
import { RELEASES } from "../gateway/embedded/release/releases.ts";
import { type ResolveOptions, resolveGatewayKind } from "../gateway/kinds.ts";
import type { Environment } from "../gateway/process/env.ts";
import { type CheckOptions, checkFresh, checkUpdate, type PhaseReport, type RouteReport } from "./check.ts";
import { ROUTES } from "./routes.ts";

/** What is checked: an install of the candidate alone, and the update to it from the baseline. */
export const PHASES = ["fresh", "upgrade"] as const;
export type Phase = (typeof PHASES)[number];

/** The variable that allows a published release to replace itself, as for the scenario that does the same. */
const GUARD = "OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF";

/** The releases of a check, as they were named. */
export interface Candidates {
  /** Default: the latest. */
  from: string | undefined;
  /** What the same installation becomes on the way, one after the other. */
  via?: readonly string[] | undefined;
  to: string;
}

/** How to make and how to start the gateways of one check. */
interface Plan {
  product: "embedded" | "openclaw";
  from: string;
  via: readonly string[];
  to: string;
  /** Of the embedded gateway; a published release says them when it is installed. */
  versions?: { from: string; via: readonly string[]; to: string };
}

export interface CheckRun {
  env: Environment;
  teardown: Teardown;
  signal: AbortSignal;
  onLeft: CheckOptions["onLeft"];
  /** Called with each phase that is done. */
  onPhase(title: string, report: PhaseReport): void;
}

export interface CheckReport {
  from: string;
  /** Of a chain of updates. */
  via?: readonly string[];
  to: string;
  passed: boolean;
  fresh?: PhaseReport;
  routes?: RouteReport[];
}

/**
 * Runs the phases of a release check, each on an install of its own.
 * @throws UsageError for releases that do not go together or do not exist, and where the guard is not set; QaError when
 *   one cannot be installed
 */
export async function checkRelease(
  candidates: Candidates,
  phases: readonly Phase[],
  run: CheckRun,
): Promise<CheckReport> {
  const plan = planOf(candidates);
  if (plan.product === "openclaw" && phases.includes("upgrade") && run.env[GUARD] !== "1") {
    throw new UsageError(
      `a published release that replaces itself is guarded by ${GUARD}`,
      `Set ${GUARD}=1, or check an install alone with --phase fresh.`,
    );
  }
  const { signal, onLeft } = run;
  const isChain = plan.via.length > 0;
  const report: CheckReport = {
    from: plan.from,
    ...(isChain ? { via: plan.via } : {}),
    to: plan.to,
    passed: true,
  };
  const note = (title: string, phase: PhaseReport) => {
    report.passed &&= phase.passed;
    run.onPhase(title, phase);
  };
  if (phases.includes("fresh")) {
    const kind = await kindOf(plan, plan.to, run);
    const release = plan.versions && { version: plan.versions.to };
    report.fresh = await checkFresh(plan.versions?.to, { kind, release, signal, onLeft });
    note(`fresh install of ${plan.to}`, report.fresh);
  }
  if (phases.includes("upgrade")) {
    const kind = await kindOf(plan, plan.from, { ...run, updateTo: plan.to });
    const release = plan.versions ? { version: plan.versions.from } : isChain ? { asService: true } : {};
    const path = await pathOf(plan, run);
    report.routes = [];
    // Only the command line is told at each step what to update to.
    for (const route of isChain ? ROUTES.slice(0, 1) : ROUTES) {
      const checked = await checkUpdate(route, path, { kind, release, signal, onLeft });
      report.routes.push(checked);
      note(`upgrade through ${route}${isChain ? `, by ${plan.via.join(" and ")}` : ""}`, checked);
    }
  }
  return report;
}

/** The exact versions of a chain, or of the embedded gateway; of two published releases the installed one says them. */
async function pathOf(plan: Plan, run: CheckRun): Promise<string[] | undefined> {
  const { versions } = plan;
  if (versions) return [versions.from, ...versions.via, versions.to];
  if (plan.via.length === 0) return undefined;
  return Promise.all(
    [plan.from, ...plan.via, plan.to].map(async (spec) => {
      const kind = await kindOf(plan, spec, run);
      return (await kind.version?.(run.signal)) ?? spec;
    }),
  );
}

async function kindOf(
  { product }: Plan,
  spec: string,
  { env, teardown, updateTo }: Omit<ResolveOptions, "allowWrites">,
) {
  if (product === "embedded") return resolveGatewayKind({ kind: "embedded" }, { env, teardown });
  return resolveGatewayKind({ kind: "openclaw", spec }, { env, teardown, updateTo });
}

function planOf({ from, via = [], to }: Candidates): Plan {
  const [candidate, baseline] = [recognizeTarget(to), from === undefined ? undefined : recognizeTarget(from)];
  if (candidate?.kind === "openclaw") {
    if (from !== undefined && baseline?.kind !== "openclaw") throw mixed(from, to);
    const spec = baseline?.kind === "openclaw" ? baseline.spec : "latest";
    const between = via.map((name) => {
      const target = recognizeTarget(name);
      if (target?.kind !== "openclaw") throw mixed(name, to);
      return target.spec;
    });
    return { product: "openclaw", from: spec, via: between, to: candidate.spec };
  }
  if (baseline !== undefined) throw mixed(from ?? "", to);
  const versions = { from: embedded(from ?? "latest"), via: via.map(embedded), to: embedded(to) };
  return { product: "embedded", ...versions, versions };
}

/** @param name version or dist-tag */
function embedded(name: string): string {
  const found = RELEASES.find(({ version, tag }) => name === version || name === tag);
  if (found !== undefined) return found.version;
  const known = RELEASES.map(({ version, tag }) => `${version} (${tag})`).join(", ");
  throw new UsageError(
    `there is no release ${name} of the embedded gateway`,
    `There are ${known}. A published release is openclaw@<version>.`,
  );
}

function mixed(from: string, to: string): UsageError {
  return new UsageError(
    `${from} and ${to} are not releases of the same gateway`,
    "Name both as openclaw@<version>, or both as versions of the embedded gateway.",
  );
}
