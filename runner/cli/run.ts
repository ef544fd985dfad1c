import { existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { errorMessage, UsageError } from "../errors.ts";
import { PRIMARY_MODEL } from "../gateway/config.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { secretValues } from "../gateway/redact.ts";
import { commandLine } from "../lanes/job.ts";
import { Teardown } from "../lifecycle/teardown.ts";
import { defaultJobs } from "../plan/jobs.ts";
import { openReport } from "../report/open.ts";
import { freezeWatch } from "../run/freeze-watch.ts";
import { executeRun } from "../run/run.ts";
import { RunSecrets } from "../run/secrets.ts";
import { loadCatalog } from "../scenario/catalog.ts";
import { suggest } from "../scenario/suggest.ts";
import { chooseScenarios } from "./choose.ts";
import { watchInterrupt } from "./interrupt.ts";
import { reportInvalid } from "./invalid.ts";
import { orderOf, takeShare } from "./order.ts";
import { newRunId } from "./run-id.ts";
import type { RunOptions } from "./run-options.ts";
import { type StrayRejections, watchStrayRejections } from "./stray-rejections.ts";
import { REPO_ROOT, userFolder } from "./workspace.ts";

const PROVIDER_MODE = "mock-openai";
/** Time to end what all scenarios of a run shared. */
const TEARDOWN_MS = 10_000;

/** `qa run`: choose, check, plan, run, report. */
export async function run(ids: readonly string[], options: RunOptions): Promise<number> {
  const interrupt = watchInterrupt();
  const strays = watchStrayRejections();
  const teardown = new Teardown();
  try {
    return await runScenarios(ids, options, { signal: interrupt.signal, strays, teardown });
  } catch (error) {
    return await reportInvalid(error);
  } finally {
    for (const problem of await teardown.run(TEARDOWN_MS)) process.stderr.write(`clean-up: ${problem}\n`);
    interrupt.dispose();
    strays.dispose();
  }
}

async function runScenarios(
  ids: readonly string[],
  options: RunOptions,
  { signal, strays, teardown }: { signal: AbortSignal; strays: StrayRejections; teardown: Teardown },
): Promise<number> {
  const startedAt = performance.now();
  const cwd = userFolder();
  const runId = newRunId();
  const reportFolder = options.out ? resolve(cwd, options.out) : join(REPO_ROOT, "reports", runId);
  const order = await orderOf(ids, options);
  const { target, env, lane } = order;
  if (lane?.model === "live")
    throw new UsageError(`the lane ${lane.lane} needs a live model, and runs have the scripted one`);
  rejectUsedFolder(reportFolder);
  const gateway = await resolveGatewayKind(target, { repoRoot: REPO_ROOT, env, teardown });
  if (options.fault.length > 0 && gateway.name !== "embedded") {
    throw new UsageError("--fault breaks the embedded gateway only", "Leave out --fault, or --gateway.");
  }
  // Building the gateway and reading the scenarios need nothing of each other.
  const preparing = gateway.prepare(signal);
  preparing.catch(() => {});
  const { catalog, selection } = await order.choose(
    await loadCatalog({ repoRoot: REPO_ROOT, packs: order.packs, cwd }),
  );
  const chosen = chooseScenarios(catalog, selection, {
    gatewayKind: gateway.name,
    ownsInstall: gateway.ownsInstall,
    providerMode: PROVIDER_MODE,
    primaryModel: PRIMARY_MODEL,
    channelDriver: "qa-channel",
    env,
  });
  const { scenarios, place } = await takeShare(chosen, ids, options, order);
  await preparing;
  rejectUnknownFaults(options.fault, await gateway.faults?.(signal));

  const secrets = new RunSecrets(secretValues(process.env));
  const report = openReport({
    folder: reportFolder,
    console: { stream: process.stdout, env: process.env, cwd },
    redact: secrets.redact,
    reporters: [freezeWatch()],
  });
  await executeRun({
    runId,
    tool: {
      name: packageJson.name,
      version: packageJson.version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
    place,
    command: commandLine(["run", ...ids, ...choiceFlags(options), ...contextFlags(options, target, cwd)]),
    rerunCommand: (id) => commandLine(["run", id, ...contextFlags(options, target, cwd)]),
    gateway,
    providerMode: PROVIDER_MODE,
    jobs: Math.min(options.jobs ?? defaultJobs(), scenarios.length),
    scenarios,
    reportFolder,
    repoRoot: REPO_ROOT,
    faults: options.fault,
    secrets,
    events: report,
    signal,
  });
  return report.finish({
    runId,
    durationMs: Math.round(performance.now() - startedAt),
    interrupted: signal.aborted,
    harnessFailures: strays.count,
  });
}

/** @throws UsageError if the folder cannot take a report, or holds one: two runs must not mix */
function rejectUsedFolder(folder: string): void {
  const hint = "Give --out a folder that is new or empty.";
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`the report cannot be written to ${folder}: ${errorMessage(error)}`, hint);
  }
  if (existsSync(join(folder, "events.jsonl")))
    throw new UsageError(`${folder} holds a report already`, hint);
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

function choiceFlags({ all, tag, shard, durations }: RunOptions): string[] {
  return [
    ...(all ? ["--all"] : []),
    ...tag.flatMap((name) => ["--tag", name]),
    ...(shard ? ["--shard", `${shard.index}/${shard.total}`] : []),
    ...(durations ? ["--durations", durations] : []),
  ];
}

/** What must be the same when a scenario is run again. */
function contextFlags({ lane, lanes, pack, fault }: RunOptions, target: string, cwd: string): string[] {
  return [
    ...(lane ? ["--lane", lane] : []),
    ...(lanes ? ["--lanes", lanes] : []),
    ...(lane || target !== "embedded" ? ["--gateway", target] : []),
    ...pack.flatMap((folder) => ["--pack", relative(cwd, resolve(cwd, folder)) || "."]),
    ...fault.flatMap((name) => ["--fault", name]),
  ];
}
