import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../base/errors.ts";
import { secretValues } from "../base/redact.ts";
import { suggest } from "../base/suggest.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { commandLine } from "../lanes/job.ts";
import { capabilitiesOf } from "../plan/capabilities.ts";
import { mayShareGateway } from "../plan/isolation.ts";
import { defaultJobs } from "../plan/jobs.ts";
import { chooseModel } from "../plan/model.ts";
import { prepareRun } from "../plan/prepare.ts";
import type { RunPolicy } from "../report/events.ts";
import { openReport } from "../report/open.ts";
import { loadReporters } from "../report/reporters/index.ts";
import { freezeWatch } from "../run/freeze-watch.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import { executeRun } from "../run/run.ts";
import { RunSecrets } from "../run/secrets.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { givenOptions, toArgs } from "./command-options.ts";
import type { RunOptions } from "./options.ts";
import { orderOf, type RunOrder, takeShard } from "./order.ts";
import { limitRunTime, newRunId, type Session, withSession } from "./session.ts";
import { outFolder, REPO_ROOT, userFolder } from "./workspace.ts";

/** `qa run`: choose, check, plan, run, report. */
export function run(ids: readonly string[], options: RunOptions): Promise<number> {
  return withSession((session) => runScenarios(ids, options, session));
}

/**
 * One run with a report of its own.
 * @returns its exit code
 */
export async function runScenarios(
  ids: readonly string[],
  options: RunOptions,
  { signal, strays, teardown }: Session,
): Promise<number> {
  const startedAt = performance.now();
  const cwd = userFolder();
  const runId = newRunId();
  const order = await orderOf(ids, options);
  const { target, env, lane } = order;
  // A lane alone does not say on which of its gateways.
  const given = { ...options, gateway: lane || target.kind !== "embedded" ? target : undefined };
  const reportFolder = outFolder(options.out, "report", runId);
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
  if (options.allowWrites && target.kind !== "remote") {
    throw new UsageError(
      "--allow-writes is about a gateway that is already running",
      "A gateway that the run starts may be changed anyway: leave out --allow-writes, or give --gateway ws://….",
    );
  }
  if (options.fault.length > 0 && target.kind !== "embedded") {
    throw new UsageError("--fault breaks the embedded gateway only", "Leave out --fault, or --gateway.");
  }
  const model = chooseModel(options.model ?? lane?.model, target, env);
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
  const capabilities = capabilitiesOf(target, model, { env, allowWrites: options.allowWrites });
  const prepared = prepareRun(catalog, selection, capabilities);
  const { scenarios, place } = await takeShard(prepared, ids, options, order);
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
  const time = limitRunTime(options.timeout ?? (lane && lane.minutes * 60_000));
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
    command: commandLine(["run", ...ids, ...toArgs(given)]),
    given: { ids: [...ids], ...givenOptions(given) },
    rerunCommand: (id) => commandLine(["run", id, ...toArgs(given, ["context"])]),
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
    harnessFailures: strays() + problems.length + (time.up.aborted ? 1 : 0),
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
