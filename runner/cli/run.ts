import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { errorMessage, UsageError } from "../errors.ts";
import { PRIMARY_MODEL } from "../gateway/config.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { secretValues } from "../gateway/redact.ts";
import { Teardown } from "../lifecycle/teardown.ts";
import { defaultJobs } from "../plan/jobs.ts";
import { openReport } from "../report/open.ts";
import { freezeWatch } from "../run/freeze-watch.ts";
import { executeRun } from "../run/run.ts";
import { RunSecrets } from "../run/secrets.ts";
import { loadCatalog } from "../scenario/catalog.ts";
import { formatDiagnostics } from "../scenario/format.ts";
import { suggest } from "../scenario/suggest.ts";
import { chooseScenarios, InvalidScenarios } from "./choose.ts";
import { EXIT } from "./exit.ts";
import { watchInterrupt } from "./interrupt.ts";
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
    if (!(error instanceof InvalidScenarios)) throw error;
    const text = await formatDiagnostics(error.diagnostics, process.stderr, userFolder());
    process.stderr.write(`${text}\n\nerror: ${error.message}  [${error.code}]\n${error.hint}\n`);
    return EXIT.invalid;
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
  rejectUsedFolder(reportFolder);
  const gateway = await resolveGatewayKind(options.gateway, {
    repoRoot: REPO_ROOT,
    env: process.env,
    teardown,
    updateTo: options.updateTo,
  });
  if (options.fault.length > 0 && gateway.name !== "embedded") {
    throw new UsageError("--fault breaks the embedded gateway only", "Leave out --fault, or --gateway.");
  }
  // Building the gateway and reading the scenarios need nothing of each other.
  const preparing = gateway.prepare(signal);
  preparing.catch(() => {});
  const catalog = await loadCatalog({ repoRoot: REPO_ROOT, packs: options.pack, cwd });
  const scenarios = chooseScenarios(
    catalog,
    { patterns: ids, tags: options.tag, all: options.all === true },
    {
      gatewayKind: gateway.name,
      ownsInstall: gateway.ownsInstall,
      providerMode: PROVIDER_MODE,
      primaryModel: PRIMARY_MODEL,
      channelDriver: "qa-channel",
      env: process.env,
    },
  );
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
    command: commandLine([...ids, ...choiceFlags(options), ...contextFlags(options, cwd)]),
    rerunCommand: (id) => commandLine([id, ...contextFlags(options, cwd)]),
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

/** Sorts by time; the random part keeps two runs of one second apart. */
function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "")
    .replace("T", "-");
  return `${time}-${randomBytes(2).toString("hex")}`;
}

function choiceFlags(options: RunOptions): string[] {
  return [...(options.all ? ["--all"] : []), ...options.tag.flatMap((tag) => ["--tag", tag])];
}

/** What must be the same when a scenario is run again. */
function contextFlags(options: RunOptions, cwd: string): string[] {
  return [
    ...(options.gateway === "embedded" ? [] : ["--gateway", options.gateway]),
    ...(options.updateTo === undefined ? [] : ["--update-to", options.updateTo]),
    ...options.pack.flatMap((pack) => ["--pack", relative(cwd, resolve(cwd, pack)) || "."]),
    ...options.fault.flatMap((fault) => ["--fault", fault]),
  ];
}

function commandLine(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  return `pnpm qa run ${quoted.join(" ")}`;
}
