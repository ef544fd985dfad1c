import pLimit from "p-limit";
import type { GatewayKind } from "../gateway/gateway.ts";
import type { LiveModel } from "../gateway/live-model.ts";
import type { RunPolicy, RunStarted } from "../report/events.ts";
import type { OpenReport } from "../report/open.ts";
import type { PreparedScenario } from "./prepared.ts";
import { endWithout, isPlayable, runScenario } from "./run-scenario.ts";
import type { RunSecrets } from "./secrets.ts";
import { Stages } from "./testbed/testbeds.ts";

export interface RunOptions {
  runId: string;
  tool: RunStarted["tool"];
  /** What the run is a part of. */
  place: Pick<RunStarted, "lane" | "job" | "shard" | "selection" | "quarantine">;
  command: string;
  /** The same as values. */
  given: RunStarted["options"];
  /** The command that runs one scenario again, as the user would type it. */
  rerunCommand(scenarioId: string): string;
  gateway: GatewayKind;
  providerMode: string;
  /** `provider/model` */
  primaryModel: string;
  /** Each gateway gets a scripted model of its own. */
  scriptedModel: boolean;
  /** Each gateway gets this one. */
  liveModel?: LiveModel;
  jobs: number;
  /** Stages that are set ahead of their scenario's turn. */
  bootAhead: number;
  /** Plays scenarios that change nothing in the gateway one after the other on the same one. */
  share: boolean;
  policy: RunPolicy;
  scenarios: readonly PreparedScenario[];
  reportFolder: string;
  repoRoot: string;
  /** Ways to break the embedded gateway in every scenario. */
  faults: readonly string[];
  secrets: RunSecrets;
  events: Pick<OpenReport, "emit">;
  /** Fires on Ctrl-C. Its reason is the error that running scenarios end with. */
  signal: AbortSignal;
  /** Fires when the time of the whole run is up; a scenario that has not begun then is not run. */
  timeUp: AbortSignal;
}

/**
 * Runs scenarios, several at once. Emits every event but the last: the exit code of `run-finished` is the caller's,
 * who knows what the reporters did. Scenarios that an interrupt kept from starting get no event; a report shows
 * them as not run.
 * @returns what could not be torn down besides what each scenario told of its own
 */
export async function executeRun(options: RunOptions): Promise<string[]> {
  const { events, scenarios, policy, timeUp } = options;
  events.emit({
    type: "run-started",
    at: Date.now(),
    runId: options.runId,
    tool: options.tool,
    ...options.place,
    command: options.command,
    options: options.given,
    gateway: options.gateway.target,
    providerMode: options.providerMode,
    jobs: options.jobs,
    policy,
    faults: [...options.faults],
    reportFolder: options.reportFolder,
    scenarios: scenarios.map(({ scenario, named }) => ({
      id: scenario.id,
      title: scenario.title,
      file: scenario.file.name,
      tags: [...scenario.tags],
      objective: scenario.meta.objective,
      successCriteria: scenario.meta.successCriteria,
      named,
    })),
  });
  const run = { ...options, signal: AbortSignal.any([options.signal, timeUp]) };
  const stages = new Stages({ ...run });
  const limit = pLimit(options.jobs);
  // A failure that is excused is no reason to end the run.
  const excused = new Set(options.place.quarantine?.map(({ id }) => id));
  let failed = 0;
  await Promise.all(
    scenarios.map((prepared, index) =>
      limit(async () => {
        if (options.signal.aborted) return;
        const reason = timeUp.aborted ? String(timeUp.reason.message) : bailReason(failed, policy);
        if (reason) return endWithout(prepared, index + 1, run, { verdict: "skipped", reason });
        const later = scenarios.slice(index + 1, index + 1 + options.bootAhead);
        const failure = await runScenario(prepared, index + 1, run, stages, () => {
          for (const next of later) if (isPlayable(next)) stages.prepare(next);
        });
        if (failure && !excused.has(prepared.scenario.id)) failed += 1;
      }),
    ),
  );
  return stages.close();
}

function bailReason(failed: number, { bail }: RunPolicy): string | undefined {
  if (bail === undefined || failed < bail) return undefined;
  return `not run: the run was to end after ${bail === 1 ? "a failure" : `${bail} failures`}`;
}
