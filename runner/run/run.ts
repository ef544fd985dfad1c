import pLimit from "p-limit";
import type { GatewayKind } from "../gateway/gateway.ts";
import type { RunStarted } from "../report/events.ts";
import type { OpenReport } from "../report/open.ts";
import type { PreparedScenario } from "./prepared.ts";
import { runScenario } from "./scenario.ts";
import type { RunSecrets } from "./secrets.ts";

export interface RunOptions {
  runId: string;
  tool: RunStarted["tool"];
  /** What the run is a part of. */
  place: Pick<RunStarted, "lane" | "job" | "shard" | "selection" | "quarantine">;
  command: string;
  /** The command that runs one scenario again, as the user would type it. */
  rerunCommand(scenarioId: string): string;
  gateway: GatewayKind;
  providerMode: string;
  jobs: number;
  scenarios: readonly PreparedScenario[];
  reportFolder: string;
  repoRoot: string;
  /** Ways to break the embedded gateway in every scenario. */
  faults: readonly string[];
  secrets: RunSecrets;
  events: Pick<OpenReport, "emit">;
  /** Fires on Ctrl-C. Its reason is the error that running scenarios end with. */
  signal: AbortSignal;
}

/**
 * Runs scenarios, several at once, each with a gateway, a channel and a model of its own. Emits every
 * event but the last: the exit code of `run-finished` is the caller's, who knows what the reporters did.
 * Scenarios that an interrupt kept from starting get no event; a report shows them as not run.
 */
export async function executeRun(options: RunOptions): Promise<void> {
  const { events, signal, scenarios } = options;
  events.emit({
    type: "run-started",
    at: Date.now(),
    runId: options.runId,
    tool: options.tool,
    ...options.place,
    command: options.command,
    gateway: options.gateway.target,
    providerMode: options.providerMode,
    jobs: options.jobs,
    reportFolder: options.reportFolder,
    scenarios: scenarios.map(({ scenario, named }) => ({
      id: scenario.id,
      title: scenario.title,
      file: scenario.file.name,
      tags: scenario.tags,
      objective: scenario.meta.objective,
      successCriteria: scenario.meta.successCriteria,
      named,
    })),
  });
  const limit = pLimit(options.jobs);
  await Promise.all(
    scenarios.map((prepared, index) =>
      limit(async () => {
        if (!signal.aborted) await runScenario(prepared, index + 1, options);
      }),
    ),
  );
}
