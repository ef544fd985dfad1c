import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../base/errors.ts";
import type { CompiledFlow } from "../flow/types.ts";
import type { ScenarioFinished } from "../report/events.ts";
import { play } from "./attempt/flow.ts";
import { ended, type Outcome } from "./attempt/outcome.ts";
import { writeEvidence } from "./evidence.ts";
import type { PreparedScenario } from "./prepared.ts";
import type { RunOptions } from "./run.ts";
import type { Stages } from "./testbed/pool.ts";
import type { Stage } from "./testbed/testbed.ts";

export interface AttemptOptions {
  prepared: PreparedScenario;
  /** 1-based place of the scenario in the run. */
  index: number;
  /** 1-based. */
  attempt: number;
  run: RunOptions;
  stages: Stages;
  /** Called when the gateway is ready. */
  onPlaying(): void;
  /** Whether another attempt follows one that ended so. */
  next(outcome: Outcome): ScenarioFinished["next"];
}

/** Plays a scenario once, from its stage to its evidence, and tells of it. Never throws. */
export async function runAttempt(options: AttemptOptions): Promise<ScenarioFinished> {
  const { prepared, index, attempt, run, stages, next } = options;
  const { scenario } = prepared;
  const startedAt = performance.now();
  run.events.emit({ type: "scenario-started", at: Date.now(), scenarioId: scenario.id, index, attempt });

  const stage = stages.take(prepared);
  const folder = evidenceFolder(run, scenario.id, attempt);
  const { outcome, problems } = await perform(stage, folder, options);
  const evidence = await writeEvidence(folder, stage, run).catch((error: unknown) => {
    problems.push(`evidence: ${errorMessage(error)}`);
    return [];
  });
  const another = next(outcome);
  problems.push(...(await stages.give(stage, prepared, outcome, another === undefined)));

  const finished: ScenarioFinished = {
    type: "scenario-finished",
    at: Date.now(),
    scenarioId: scenario.id,
    attempt,
    durationMs: Math.round(performance.now() - startedAt),
    ...outcome,
    cleanupProblems: problems,
    evidence,
    rerun: run.rerunCommand(scenario.id),
  };
  if (another) finished.next = another;
  run.events.emit(finished);
  return finished;
}

async function perform(
  stage: Stage,
  folder: string,
  { prepared: { scenario, flow }, run, onPlaying }: AttemptOptions,
): Promise<{ outcome: Outcome; problems: string[] }> {
  try {
    if (!flow) throw new Error("a scenario without a flow cannot be played");
    const [set] = await Promise.all([stage.set, mkdir(folder, { recursive: true })]);
    run.secrets.add(set.gateway.token);
    run.events.emit({
      type: "gateway-ready",
      at: Date.now(),
      scenarioId: scenario.id,
      gateway: set.gateway.facts,
    });
    onPlaying();
    const played = await play({ flow, scenario, stage, set, evidenceFolder: folder, run });
    return { outcome: played.outcome, problems: [...played.cleanupProblems] };
  } catch (error) {
    // Nothing of the flow has run: its steps are all still to come.
    return { outcome: await ended(error, scenario, stage, stepNames(flow)), problems: [] };
  }
}

export function stepNames(flow: CompiledFlow | undefined): string[] {
  return flow?.steps.map(({ name }) => name) ?? [];
}

function evidenceFolder({ reportFolder }: RunOptions, id: string, attempt: number): string {
  const folder = join(reportFolder, folderName(id));
  return attempt === 1 ? folder : join(folder, `attempt-${attempt}`);
}

/** A foreign pack may use ids that are no folder names, or that lead out of the report; each gets one of its own. */
function folderName(id: string): string {
  const name = id
    .replaceAll(/[^\w.-]/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100);
  return name === id ? id : `${name}-${createHash("sha256").update(id).digest("hex").slice(0, 8)}`;
}
