import { join } from "node:path";
import { QaError, UsageError } from "../base/errors.ts";
import { userFolder } from "../base/invocation.ts";
import { formatTarget, type GatewayTarget } from "../base/target.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { type GatewayRun, noRun, readRun } from "../parity/gateway-run.ts";
import { capabilitiesOf } from "../plan/capabilities.ts";
import { canChoose } from "../plan/eligibility.ts";
import { releaseVersion } from "../plan/gateways.ts";
import { chooseModel } from "../plan/model.ts";
import { InvalidScenarios, requireSelected } from "../plan/prepare.ts";
import { idsAmong, type Selected } from "../plan/selection.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import type { OptionsOf } from "./options.ts";
import { print } from "./redacted.ts";
import { runScenarios } from "./run-scenarios.ts";
import { isScenarioPath, withIdsOfPaths } from "./scenario-paths.ts";
import type { Session } from "./session.ts";
import { packsIn, repositoryRoot } from "./workspace.ts";

type ParityOptions = OptionsOf<"parity">;

/** A gateway to be compared, and the scenarios that are for it. */
interface Candidate {
  target: GatewayTarget;
  /** The target as text. */
  name: string;
  kind: GatewayKind;
  ids: string[];
  /** Those that the user named, not only matched. */
  named: string[];
}

/**
 * Runs the chosen scenarios on each of the gateways that they are for, one gateway after the other.
 * @param makeFolder gives the absolute folder for the reports; called once the choice is known to be right
 * @returns a run for each target, in their order; one that could not take place says why
 * @throws UsageError when the choice is wrong, or no scenario is for two of the gateways; InvalidScenarios
 */
export async function runOnEach(
  targets: readonly GatewayTarget[],
  ids: readonly string[],
  options: ParityOptions,
  { makeFolder, session }: { makeFolder(): Promise<string>; session: Session },
): Promise<GatewayRun[]> {
  const candidates = await chooseForEach(targets, ids, options, session);
  const out = await makeFolder();
  const { signal } = session;
  // Errors in a gateway's name or install show before the first scenario runs.
  const problems = new Map<string, string>();
  for (const { name, kind, ids } of candidates) {
    if (ids.length > 0) await kind.prepare(signal).catch((error) => problems.set(name, problemText(error)));
  }
  const runs: GatewayRun[] = [];
  for (const candidate of candidates) {
    const problem = problems.get(candidate.name);
    runs.push(
      problem !== undefined || signal.aborted
        ? noRun(candidate.name, problem)
        : await runOne(candidate, out, options, session),
    );
  }
  return runs;
}

/** @throws UsageError when the choice is wrong, or no scenario is for two of the gateways */
async function chooseForEach(
  targets: readonly GatewayTarget[],
  patterns: readonly string[],
  options: ParityOptions,
  { signal, teardown }: Session,
): Promise<Candidate[]> {
  const cwd = userFolder();
  const catalog = await loadCatalog({
    repoRoot: repositoryRoot(),
    packs: packsIn(options),
    builtinIds: idsAmong(patterns.filter((typed) => !isScenarioPath(typed, cwd))),
    ...(options.trust ? { trust: true } : {}),
    modelScripts: options.modelScript,
    cwd,
  });
  const typed = { patterns, tags: options.tag, all: options.all === true };
  const selected = requireSelected(catalog, withIdsOfPaths(typed, catalog, cwd));
  const candidates = await Promise.all(
    targets.map(async (target): Promise<Candidate> => {
      const kind = await resolveGatewayKind(target, { env: process.env, teardown });
      const model = chooseModel(undefined, target, process.env);
      const version = await releaseVersion(kind, catalog.scenarios, signal).catch(() => undefined);
      const capabilities = capabilitiesOf(target, model, { env: process.env, version });
      const fitting = selected.filter(({ scenario }) => canChoose(scenario, capabilities));
      const named = fitting.filter((choice) => choice.named);
      return { target, name: formatTarget(target), kind, ids: fitting.map(idOf), named: named.map(idOf) };
    }),
  );
  const shared = selected.some(
    ({ scenario }) => candidates.filter(({ ids }) => ids.includes(scenario.id)).length > 1,
  );
  if (shared) return candidates;
  throw new UsageError(
    "none of the chosen scenarios is for two of these gateways",
    "`qa list` shows what each scenario needs.",
  );
}

function idOf({ scenario }: Selected): string {
  return scenario.id;
}

/** Runs it as `qa run` does, so that every gateway's report is one that `qa run` would have written. */
async function runOne(
  { target, name, ids, named }: Candidate,
  out: string,
  options: ParityOptions,
  session: Session,
): Promise<GatewayRun> {
  const subfolder = name.replaceAll(/[^\w.@-]+/g, "-");
  const folder = join(out, subfolder);
  if (ids.length === 0) return noRun(name, "none of the chosen scenarios is for it");
  print(`\n── ${name}\n\n`);
  try {
    await runScenarios(
      ids,
      {
        ...shared(options),
        tag: [],
        row: [],
        fault: [],
        reporter: [],
        gateway: target,
        out: folder,
        named,
      },
      session,
    );
  } catch (error) {
    return noRun(name, problemText(error));
  }
  return { ...(await readRun(folder)), target: name, folder: subfolder };
}

/** The command's options that apply to every gateway's run. */
function shared({ pack, builtin, trust, modelScript, jobs, retries }: ParityOptions) {
  return { pack, builtin, trust, modelScript, jobs, retries };
}

/** @throws what is wrong with the command or the scenarios, and defects of the runner */
function problemText(error: unknown): string {
  const others = error instanceof UsageError || error instanceof InvalidScenarios;
  if (error instanceof QaError && !others) return `${error.message} [${error.code}]`;
  throw error;
}
