import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import packageJson from "../../package.json" with { type: "json" };
import { BORDER_FAULTS, isKnownFault, plannedFault } from "../base/border-faults.ts";
import { UsageError } from "../base/errors.ts";
import { commandLine, userFolder } from "../base/invocation.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import { suggest } from "../base/suggest.ts";
import type { Teardown } from "../base/teardown.ts";
import { type GatewayKind, MUTANT } from "../gateway/gateway.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { capabilitiesOf } from "../plan/capabilities.ts";
import { releaseVersion } from "../plan/gateways.ts";
import { withSharing } from "../plan/isolation.ts";
import { defaultBootAhead, defaultJobs } from "../plan/jobs.ts";
import { chooseModel, type RunModel } from "../plan/model.ts";
import { runOrder } from "../plan/order.ts";
import { prepareRun } from "../plan/prepare.ts";
import type { RunPolicy } from "../report/events.ts";
import { openReport } from "../report/open.ts";
import { loadReporters } from "../report/reporters/load.ts";
import type { Reporter } from "../report/stream.ts";
import { ATTEMPT_MEMORY_BYTES } from "../run/attempt/host/process.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import { executeRun } from "../run/run.ts";
import type { Pools, RunSetup } from "../run/setup.ts";
import { strangersOf } from "../run/testbed/plugins.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { givenOptions, toArgs, withIds } from "./command-options.ts";
import type { RunOptions } from "./options.ts";
import { orderOf, type RunOrder, takeShard } from "./order.ts";
import { printNote } from "./redacted.ts";
import { limitRunTime, newRunId, type Session, withSession } from "./session.ts";
import { outFolder, provenPath, repositoryRoot } from "./workspace.ts";

const MOST_WARNINGS = 10;

/** What one run leaves for the next. */
export interface BetweenRuns {
  /** Of all runs: what one has started belongs to the next. */
  secrets: Secrets;
  /** @param make with what ends after the last run */
  gateway(make: (teardown: Teardown) => Promise<GatewayKind>): Promise<GatewayKind>;
  /** @returns undefined where the run is to have some of its own */
  pools(run: Omit<RunSetup, "signal">): Promise<Pools | undefined>;
  /** Learns of each run, besides those that the user named. */
  reporter: Reporter;
}

/** `qa run`: choose, check, plan, run, report. */
export function run(ids: readonly string[], options: RunOptions): Promise<number> {
  return withSession((session) => runScenarios(ids, options, session));
}

/**
 * One run with a report of its own.
 * @returns its exit code
 * @throws UsageError, InvalidScenarios, InvalidLanes; QaError if the gateway cannot be prepared
 */
export async function runScenarios(
  ids: readonly string[],
  given: RunOptions,
  session: Session,
  between?: BetweenRuns,
): Promise<number> {
  const startedAt = performance.now();
  const options = withSeed(given);
  const { signal, strays, teardown } = session;
  const runId = newRunId();
  const order = orderOf(ids, options);
  const reportFolder = outFolder(options.out, "report", runId);
  rejectContradictions(options, order);
  const [outputs, chosen] = await Promise.all([
    loadReporters(options.reporter, {
      reportFolder,
      stream: process.stdout,
      env: process.env,
      cwd: userFolder(),
      teardown,
      quiet: options.quiet,
      brief: between !== undefined,
    }),
    chooseAndPrepare(ids, options, order, session, between),
  ]);

  const secrets = between?.secrets ?? new Secrets(secretValues(process.env));
  if (chosen.liveModel) secrets.add(chosen.liveModel.apiKey);
  const report = openReport({
    folder: reportFolder,
    console: options.quiet ? undefined : outputs.console,
    redact: secrets.redact,
    reporters: [...outputs.reporters, ...(between ? [between.reporter] : [])],
  });
  const time = limitRunTime(options.timeout ?? (order.lane && order.lane.minutes * 60_000));
  teardown.defer("run time", () => time.stop());
  const setup = {
    runId,
    tool: {
      name: packageJson.name,
      version: packageJson.version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
    ...commandsOf(ids, options, order),
    ...chosen,
    ...paceOf(options, order, chosen),
    reportFolder,
    secrets,
    events: report,
    timeUp: time.up,
  };
  const problems = await executeRun({ ...setup, signal, pools: await between?.pools(setup) });
  for (const problem of problems) process.stderr.write(secrets.redactText(`clean-up: ${problem}\n`));
  return report.finish({
    runId,
    durationMs: Math.round(performance.now() - startedAt),
    interrupted: signal.aborted,
    harnessFailures: strays() + problems.length + (time.up.aborted ? 1 : 0),
  });
}

/** The same with the seed that is to be used, so that the report's command gives the same order again. */
function withSeed(options: RunOptions): RunOptions {
  if (options.shuffle === undefined) return options;
  const seed = options.shuffle === true ? randomInt(1, 1_000_000) : options.shuffle;
  printNote(`note: the order is shuffled with the seed ${seed}\n`);
  return { ...options, shuffle: seed };
}

/** @throws UsageError for options that do not go together */
function rejectContradictions(
  { trust, allowWrites, fault, model }: RunOptions,
  { target, packs }: RunOrder,
): void {
  if (trust && packs.length === 0) {
    throw new UsageError("--trust is for packs given with --pack", "Name the pack, or leave out --trust.");
  }
  if (allowWrites && target.kind !== "remote") {
    throw new UsageError(
      "--allow-writes is about a gateway that is already running",
      "A gateway that the run starts may be changed anyway: leave out --allow-writes, or give --gateway ws://….",
    );
  }
  const planted = fault.find((name) => plannedFault(name) === undefined);
  if (planted !== undefined && target.kind !== "embedded") {
    throw new UsageError(
      `--fault ${planted} breaks the embedded gateway only`,
      `Leave out --gateway, or choose a fault at the borders of any: ${Object.keys(BORDER_FAULTS).join(", ")}.`,
    );
  }
  if (fault.length > 0 && target.kind === "remote") {
    throw new UsageError(
      "--fault is for a gateway that the run starts",
      "Leave out --fault, or give another --gateway.",
    );
  }
  const ofModel = fault.find((name) => name.startsWith("model."));
  if (ofModel !== undefined && model === "live") {
    throw new UsageError(
      `--fault ${ofModel} breaks the scripted model`,
      "Leave out --model live, or the fault.",
    );
  }
}

/** What runs, and on what. */
type Chosen = RunModel & Pick<RunSetup, "gateway" | "scenarios" | "place" | "allowed">;

/** Prepares the gateway, and decides which scenarios run on it. */
async function chooseAndPrepare(
  ids: readonly string[],
  options: RunOptions,
  order: RunOrder,
  { signal, teardown }: Session,
  between: BetweenRuns | undefined,
): Promise<Chosen> {
  const { target, env, lane } = order;
  const { allowWrites, updateTo, trust, modelScript, fault } = options;
  const resolve = (of: Teardown) => resolveGatewayKind(target, { env, teardown: of, allowWrites, updateTo });
  const plain = await (between?.gateway(resolve) ?? resolve(teardown));
  const gateway = fault.some((name) => name.startsWith(MUTANT)) ? (plain.mutated?.() ?? plain) : plain;
  const model = chooseModel(options.model ?? lane?.model, target, env);
  // Building the gateway and reading the scenarios do not depend on each other.
  const preparing = gateway.prepare(signal);
  preparing.catch(() => {});
  const { catalog, selection } = await order.choose(
    await loadCatalog({
      repoRoot: repositoryRoot(),
      packs: order.packs,
      packsOnly: order.packsOnly,
      trust,
      modelScripts: modelScript,
      cwd: userFolder(),
      ids: order.ids,
      builtinIds: order.builtinIds,
    }),
  );
  const version = await releaseVersion(gateway, catalog.scenarios, signal);
  const capabilities = capabilitiesOf(target, model, { env, allowWrites, version });
  const prepared = prepareRun(catalog, selection, capabilities);
  if (!options.quiet) printWarnings(prepared.warnings);
  const { scenarios, place } = await takeShard(prepared.scenarios, ids, options, order, {
    kind: gateway,
    capabilities,
    signal,
  });
  for (const note of notesOnReleases(gateway, scenarios)) printNote(`note: ${note}\n`);
  const allowed = allowedToStrangers(scenarios, options.allowScripts);
  for (const sentence of allowed) printNote(`note: ${sentence}\n`);
  await preparing;
  rejectUnknownFaults(fault, await gateway.faults?.(signal));
  const arranged = options.arrange?.(scenarios) ?? (await withProof(scenarios, options));
  return {
    ...model,
    gateway,
    scenarios: (options.shareGateway ? arranged.map(withSharing) : arranged).map((each) =>
      options.allowScripts ? { ...each, allowScripts: true } : each,
    ),
    place,
    allowed,
  };
}

/** Marks what was never seen to fail. What is broken on purpose is not expected to pass. */
async function withProof(
  scenarios: readonly PreparedScenario[],
  { fault, watchFaults }: RunOptions,
): Promise<readonly PreparedScenario[]> {
  const path = provenPath();
  if (fault.length > 0 || watchFaults || !existsSync(path)) return scenarios;
  const { unprovenAmong } = await import("../prove/unproven.ts");
  const unproven = unprovenAmong(
    scenarios.map(({ scenario }) => scenario),
    path,
  );
  return scenarios.map((prepared) => {
    const why = unproven?.get(prepared.scenario.id);
    return why ? { ...prepared, unproven: why } : prepared;
  });
}

/** What `qa check` says of the same files, in short. */
function printWarnings(warnings: readonly Diagnostic[]): void {
  for (const { file, line, column, message, code } of warnings.slice(0, MOST_WARNINGS))
    printNote(`warning: ${file}:${line}:${column}  ${message}  [${code}]\n`);
  const hidden = warnings.length - MOST_WARNINGS;
  if (hidden > 0) printNote(`warning: ${hidden} more, which \`qa check\` shows\n`);
}

/** Said before anything is installed. @throws QaError for a release that cannot be had */
function notesOnReleases(gateway: GatewayKind, scenarios: readonly PreparedScenario[]): string[] {
  return scenarios.flatMap(({ scenario, release, skip, blocked }) => {
    const note = release && !skip && !blocked && gateway.noteOnRelease?.(release);
    return note ? [`${scenario.id}: ${note}`] : [];
  });
}

/** What plugins from elsewhere can do. Scenarios in which they can do the same share a sentence. */
function allowedToStrangers(scenarios: readonly PreparedScenario[], allowScripts = false): string[] {
  const ids = new Map<string, string[]>();
  for (const { scenario, environment, skip, blocked } of scenarios) {
    const strangers = strangersOf(scenario);
    if (strangers.length === 0 || skip || blocked) continue;
    const secrets = Object.keys(environment?.secrets ?? {}).join(", ");
    const sentence = `${strangers.join(", ")} gets a HOME of its own and ${secrets || "no secret"}; Node's connections beyond this machine are refused; install scripts ${allowScripts ? "run" : "do not run"}`;
    ids.set(sentence, [...(ids.get(sentence) ?? []), scenario.id]);
  }
  return [...ids].map(([sentence, own]) => `${own.join(", ")}: ${sentence}`);
}

/** How the chosen scenarios run. */
function paceOf(
  options: RunOptions,
  { lane }: RunOrder,
  { gateway, scenarios }: Chosen,
): Pick<RunSetup, "jobs" | "bootAhead" | "share" | "order" | "policy" | "faults" | "watchFaults"> {
  const memoryPerJob = gateway.memoryBytes + ATTEMPT_MEMORY_BYTES;
  const wanted = options.jobs ?? (options.allowWrites ? 1 : defaultJobs(memoryPerJob));
  const jobs = Math.max(1, Math.min(wanted, scenarios.length));
  const share = options.shareGateway === true;
  const ahead = gateway.target.kind === "openclaw" ? defaultBootAhead(jobs, memoryPerJob) : 0;
  return {
    jobs,
    bootAhead: options.bootAhead ?? ahead,
    share,
    order: runOrder(scenarios, { share, seed: options.shuffle === true ? undefined : options.shuffle }),
    policy: policyOf(options, lane),
    faults: options.fault,
    ...(options.watchFaults ? { watchFaults: true } : {}),
  };
}

/** How the run, and one scenario of it, can be run again. */
function commandsOf(
  ids: readonly string[],
  options: RunOptions,
  { lane, target }: RunOrder,
): Pick<RunSetup, "command" | "given" | "rerunCommand"> {
  // A lane alone does not say which of its gateways to use.
  const given = { ...options, gateway: lane || target.kind !== "embedded" ? target : undefined };
  return {
    command: commandLine(withIds("run", ids, toArgs(given))),
    given: { ids: [...ids], ...givenOptions(given) },
    rerunCommand: (id) =>
      options.rerun?.(id) ?? commandLine(withIds("run", [id], toArgs(given, ["context"]))),
  };
}

/** The command line overrides the lane; if it sets retries or repetitions, the lane sets neither. */
function policyOf(
  { retries, repeat, failOnFlaky = false, bail }: RunOptions,
  lane: RunOrder["lane"],
): RunPolicy {
  const given = retries === undefined && repeat === undefined ? lane : { retries, repeat };
  return {
    retries: given?.retries ?? 0,
    repeat: given?.repeat ?? 1,
    failOnFlaky,
    ...(bail ? { bail: bail === true ? 1 : bail } : {}),
  };
}

function rejectUnknownFaults(faults: readonly string[], known: readonly string[] = []): void {
  for (const fault of faults) {
    if (isKnownFault(fault, known)) continue;
    const all = [...known, ...Object.keys(BORDER_FAULTS)];
    const near = suggest(fault.replace(/@.*/, ""), all);
    throw new UsageError(
      `there is no fault ${fault}`,
      near ? `Did you mean ${near}?` : `Known: ${all.join(", ")}.`,
    );
  }
}
