import { mkdir } from "node:fs/promises";
import { endsWithin } from "../base/abort.ts";
import { errorMessage, QaError } from "../base/errors.ts";
import { stretched } from "../base/slow.ts";
import type { CompiledFlow } from "../flow/types.ts";
import type { ScenarioFinished, Verdict } from "../report/events.ts";
import { evidenceFolder } from "../report/evidence-folder.ts";
import { endingOf } from "./attempt/ending.ts";
import { runAttemptFlow } from "./attempt/host/flow.ts";
import type { AttemptPool } from "./attempt/host/pool.ts";
import type { AttemptProcess } from "./attempt/host/process.ts";
import { type Outcome, outcomeOf } from "./attempt/outcome.ts";
import { writeEvidence } from "./evidence.ts";
import type { PreparedScenario } from "./prepared.ts";
import { AttemptRecorder } from "./record/recorder.ts";
import type { RunSetup } from "./setup.ts";
import { notSurvived, problemsAfterKill } from "./survival/after-kill.ts";
import { Promises } from "./survival/promises.ts";
import type { FaultRecord } from "./testbed/faults.ts";
import type { TestbedPool } from "./testbed/pool.ts";
import type { ReadyTestbed, Testbed } from "./testbed/testbed.ts";

export interface AttemptOptions {
  prepared: PreparedScenario;
  /** 1-based place of the scenario in the run. */
  index: number;
  /** 1-based. */
  attempt: number;
  run: RunSetup;
  testbeds: TestbedPool;
  attempts: AttemptPool;
  /** Called when the gateway is ready. */
  onReady(): void;
  /** Called once no other attempt follows and only its gateway is to be torn down. */
  onOver(verdict: Verdict): void;
  /** Whether another attempt follows one that ended like this. */
  next(outcome: Outcome): ScenarioFinished["next"];
}

/** Runs a scenario once, from its testbed to its evidence, and reports it. Never throws. */
export async function runAttempt(options: AttemptOptions): Promise<ScenarioFinished> {
  const { prepared, index, attempt, run, testbeds, next } = options;
  const { scenario } = prepared;
  const startedAt = performance.now();
  run.events.emit({ type: "scenario-started", at: Date.now(), scenarioId: scenario.id, index, attempt });

  const testbed = testbeds.take(prepared);
  // It loads what it needs while the gateway boots.
  const child = options.attempts.take();
  const folder = evidenceFolder(run.reportFolder, scenario.id, attempt);
  const performed = await perform(testbed, child, folder, options);
  const { problems, leaks } = performed;
  child.kill();
  const faults = await testbed.faults.record();
  const outcome = faults ? await injectedOr(performed.outcome, faults, testbed, prepared) : performed.outcome;
  const evidence = await writeEvidence(folder, testbed, child, run).catch((error: unknown) => {
    problems.push(`evidence: ${errorMessage(error)}`);
    return [];
  });
  const another = next(outcome);
  const given = await testbeds.give(testbed, prepared, outcome, another === undefined, () => {
    if (!another) options.onOver(outcome.verdict);
  });
  problems.push(...given.problems);

  const finished: ScenarioFinished = {
    type: "scenario-finished",
    at: Date.now(),
    scenarioId: scenario.id,
    attempt,
    durationMs: Math.round(performance.now() - startedAt),
    ...outcome,
    cleanupProblems: problems,
    ...(leaks.length > 0 ? { leaks } : {}),
    ...(given.sharing ? { sharing: given.sharing } : {}),
    ...(faults && faults.asked.length > 0 ? { faults: faults.asked } : {}),
    ...(run.watchFaults ? { reached: faults?.reached ?? [] } : {}),
    evidence,
    rerun: run.rerunCommand(scenario.id),
  };
  if (another) finished.next = another;
  run.events.emit(finished);
  return finished;
}

/** The outcome, or that a scenario passed on what was not broken as it was to be. */
async function injectedOr(
  outcome: Outcome,
  faults: FaultRecord,
  testbed: Testbed,
  { kills }: PreparedScenario,
): Promise<Outcome> {
  // A kill ends the scenario before it comes by its other faults.
  const among = kills ? (name: string) => name.startsWith("process.kill") : undefined;
  const error = outcome.verdict === "passed" ? await testbed.faults.problem(faults, among) : undefined;
  return error ? { ...outcome, ...endingOf(error) } : outcome;
}

async function perform(
  testbed: Testbed,
  attempt: AttemptProcess,
  folder: string,
  { prepared, run, testbeds, onReady }: AttemptOptions,
): Promise<{ outcome: Outcome; problems: string[]; leaks: string[] }> {
  const { scenario, flow } = prepared;
  try {
    if (!flow) throw new Error("a scenario without a flow cannot be ended");
    testbed.onWait((waitsFor) => {
      const about = {
        at: Date.now(),
        scenarioId: scenario.id,
        ...(waitsFor === undefined ? {} : { waitsFor }),
      };
      run.events.emit({ type: "gateway-starting", ...about });
    });
    const [ready] = await Promise.all([
      readyWithin(testbed, prepared.startWithinMs),
      mkdir(folder, { recursive: true, mode: 0o700 }),
    ]);
    run.events.emit({
      type: "gateway-ready",
      at: Date.now(),
      scenarioId: scenario.id,
      gateway: ready.gateway.facts,
    });
    onReady();
    await testbeds.begin(testbed, prepared);
    testbed.faults.arm();
    const recorder = new AttemptRecorder({
      scenarioId: scenario.id,
      source: scenario.file.text,
      testbed,
      pid: attempt.pid,
      events: run.events,
      redact: run.secrets.redact,
    });
    const promises = prepared.kills ? new Promises() : undefined;
    const { version = "" } = ready.gateway.facts;
    const { ending, notReached, cleanupProblems, leaks, witness } = await runAttemptFlow({
      flow,
      scenario,
      attempt,
      testbed,
      ready,
      evidenceFolder: folder,
      recorder,
      run,
      promises,
      endsWithKill: prepared.kills,
    }).finally(() => recorder.close());
    testbed.faults.disarm();
    if (promises && testbed.faults.kills > 0) {
      const updatesTo = ready.gateway.updatePlan?.targetVersion;
      const problems = await problemsAfterKill(testbed, ready.gateway, { promises, version, updatesTo });
      if (problems.length === 0)
        return {
          outcome: { verdict: "passed", notReached },
          problems: [...cleanupProblems],
          leaks: [...leaks],
        };
      run.signal.throwIfAborted();
      const how = (await testbed.faults.record())?.asked.find(({ injected }) => injected > 0)?.how;
      const failed = endingOf(notSurvived(problems, how));
      const outcome = await outcomeOf(failed, scenario, testbed, notReached);
      return { outcome, problems: [...cleanupProblems], leaks: [...leaks] };
    }
    const outcome = await outcomeOf(ending, scenario, testbed, notReached, witness);
    return { outcome, problems: [...cleanupProblems], leaks: [...leaks] };
  } catch (error) {
    // Nothing of the flow has run: all its steps are still to come.
    const outcome = await outcomeOf(endingOf(error), scenario, testbed, stepNames(flow));
    return { outcome, problems: [], leaks: [] };
  }
}

/** @throws QaError `gateway-not-ready` */
async function readyWithin({ ready }: Testbed, limitMs: number | undefined): Promise<ReadyTestbed> {
  if (limitMs === undefined || (await endsWithin(ready, stretched(limitMs)))) return ready;
  throw new QaError(`the gateway was not ready within ${limitMs} ms`, {
    code: "gateway-not-ready",
    fault: "product",
  });
}

export function stepNames(flow: CompiledFlow | undefined): string[] {
  return flow?.steps.map(({ name }) => name) ?? [];
}
