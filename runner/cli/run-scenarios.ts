import { join, resolve } from "node:path";
import { UsageError } from "../base/errors.ts";
import { secretValues } from "../base/redact.ts";
import { suggest } from "../base/suggest.ts";
import { withoutUndefined } from "../base/without-undefined.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { commandLine } from "../lanes/job.ts";
import packageJson from "../../package.json" with { type: "json" };
import { offerOf } from "../plan/capabilities.ts";
import { mayShareGateway } from "../plan/isolation.ts";
import { defaultJobs } from "../plan/jobs.ts";
import { chooseModel } from "../plan/model.ts";
import { chooseScenarios } from "../plan/plan.ts";
import type { RunPolicy } from "../report/events.ts";
import { openReport } from "../report/open.ts";
import { loadReporters } from "../report/reporters/index.ts";
import { freezeWatch } from "../run/freeze-watch.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import { executeRun } from "../run/run.ts";
import { RunSecrets } from "../run/secrets.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { choiceFlags, contextFlags, policyFlags } from "./command-line.ts";
import { orderOf, type RunOrder, takeShare } from "./order.ts";
import { rejectUsedFolder } from "./report-folder.ts";
import { newRunId } from "./run-id.ts";
import type { RunOptions } from "./run-options.ts";
import { RunTime } from "./run-time.ts";
import { type Surroundings, withSurroundings } from "./surroundings.ts";
import { REPO_ROOT, userFolder } from "./workspace.ts";

/** `qa run`: choose, check, plan, run, report. */
export function run(ids: readonly string[], options: RunOptions): Promise<number> {
  return withSurroundings((surroundings) => runScenarios(ids, options, surroundings));
}

/**
 * One run with a report of its own.
 * @returns its exit code
 */
export async function runScenarios(
  ids: readonly string[],
  options: RunOptions,
  { signal, strays, teardown }: Surroundings,
): Promise<number> {
  const startedAt = performance.now();
  const cwd = userFolder();
  const runId = newRunId();
  const reportFolder = options.out ? resolve(cwd, options.out) : join(REPO_ROOT, "reports", runId);
  const order = await orderOf(ids, options);
  const { target, env, lane } = order;
  rejectUsedFolder(reportFolder);
  const chosen = await loadReporters(options.reporter, {
    reportFolder,
    stream: process.stdout,
    env: process.env,
    cwd,
  });
  if (options.trust && options.pack.length === 0) {
    throw new UsageError("--trust is for packs given with --pack", "Name the pack, or leave out --trust.");
  }
  const gateway = await resolveGatewayKind(target, {
    repoRoot: REPO_ROOT,
    env,
    teardown,
    allowWrites: options.allowWrites,
    updateTo: options.updateTo,
  });
  if (options.allowWrites && gateway.name !== "remote") {
    throw new UsageError(
      "--allow-writes is about a gateway that is already running",
      "A gateway that the run starts may be changed anyway: leave out --allow-writes, or give --gateway ws://….",
    );
  }
  if (options.fault.length > 0 && gateway.name !== "embedded") {
    throw new UsageError("--fault breaks the embedded gateway only", "Leave out --fault, or --gateway.");
  }
  const model = chooseModel(options.model ?? lane?.model, gateway.name, env);
  // Building the gateway and reading the scenarios need nothing of each other.
  const preparing = gateway.prepare(signal);
  preparing.catch(() => {});
  const { catalog, selection } = await order.choose(
    await loadCatalog({
      repoRoot: REPO_ROOT,
      packs: order.packs,
      packsOnly: order.packsOnly,
      trust: options.trust,
      modelScripts: options.modelScript,
      cwd,
      ids: order.ids,
    }),
  );
  const fitting = chooseScenarios(catalog, selection, offerOf(gateway, model, env));
  const { scenarios, place } = await takeShare(fitting, ids, options, order);
  await preparing;
  rejectUnknownFaults(options.fault, await gateway.faults?.(signal));

  const secrets = new RunSecrets(secretValues(process.env));
  if (model.liveModel) secrets.add(model.liveModel.apiKey);
  const report = openReport({
    folder: reportFolder,
    console: chosen.console,
    redact: secrets.redact,
    reporters: [freezeWatch(), ...chosen.reporters],
  });
  const time = new RunTime(options.timeout ?? (lane && lane.minutes * 60_000));
  teardown.defer("run time", () => time.stop());
  const problems = await executeRun({
    runId,
    tool: {
      name: packageJson.name,
      version: packageJson.version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
    place,
    command: commandLine([
      "run",
      ...ids,
      ...choiceFlags(options),
      ...policyFlags(options),
      ...contextFlags(options, target, cwd),
    ]),
    given: { ids: [...ids], ...withoutUndefined({ ...options, gateway: target, named: undefined }) },
    rerunCommand: (id) => commandLine(["run", id, ...contextFlags(options, target, cwd)]),
    gateway,
    ...model,
    jobs: Math.min(
      options.jobs ?? (options.allowWrites ? 1 : defaultJobs(gateway.memoryBytes)),
      scenarios.length,
    ),
    bootAhead: options.bootAhead ?? 0,
    share: options.shareGateway === true,
    policy: policyOf(options, lane),
    scenarios: options.shareGateway ? scenarios.map(withSharing) : scenarios,
    reportFolder,
    repoRoot: REPO_ROOT,
    faults: options.fault,
    secrets,
    events: report,
    signal,
    timeUp: time.up,
  });
  for (const problem of problems) process.stderr.write(`clean-up: ${problem}\n`);
  return report.finish({
    runId,
    durationMs: Math.round(performance.now() - startedAt),
    interrupted: signal.aborted,
    harnessFailures: strays.count + problems.length + (time.up.aborted ? 1 : 0),
  });
}

function withSharing(prepared: PreparedScenario): PreparedScenario {
  const { scenario, flow, pack } = prepared;
  return { ...prepared, sharable: flow !== undefined && !pack && mayShareGateway(scenario, flow) };
}

/** The command line comes before the lane, and what it says of one of retries and repetitions settles both. */
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
    if (known.includes(fault)) continue;
    const near = suggest(fault, known);
    throw new UsageError(
      `the embedded gateway has no fault ${fault}`,
      near ? `Did you mean ${near}?` : `Known: ${known.join(", ")}.`,
    );
  }
}
