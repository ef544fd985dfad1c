import type { RunPolicy, ScenarioFinished, Verdict } from "../report/events.ts";
import type { AttemptPool } from "./attempt/host/pool.ts";
import type { Outcome } from "./attempt/outcome.ts";
import { runAttempt, stepNames } from "./attempt.ts";
import type { PreparedScenario } from "./prepared.ts";
import type { RunSetup } from "./setup.ts";
import type { TestbedPool } from "./testbed/pool.ts";

/** What the run is told of a scenario under way. */
export interface ScenarioProgress {
  /** Its gateway is ready: the next one can start while this one is used. */
  ready(): void;
  /** Its result is known, and all that is left is to tear its gateway down. */
  over(failed: boolean): void;
}

/** Runs one scenario: as often as the run's policy asks for. Never throws. */
export async function runScenario(
  prepared: PreparedScenario,
  index: number,
  run: RunSetup,
  testbeds: TestbedPool,
  attempts: AttemptPool,
  progress: ScenarioProgress,
): Promise<void> {
  const outcome = notRunnable(prepared);
  if (outcome) {
    endWithout(prepared, index, run, outcome);
    return progress.over(false);
  }
  const { retryCount = 0 } = prepared.scenario.meta.execution ?? {};
  const policy = { ...run.policy, retries: Math.max(run.policy.retries, retryCount) };
  const verdicts: Verdict[] = [];
  let finished: ScenarioFinished;
  do {
    const attempt = verdicts.length + 1;
    const next = ({ verdict }: Outcome) =>
      run.signal.aborted ? undefined : nextAttempt(verdict, attempt, policy);
    const onOver = (verdict: Verdict) => {
      verdicts.push(verdict);
      progress.over(run.policy.repeat > 1 ? verdicts.includes("failed") : verdict === "failed");
    };
    const onReady = progress.ready;
    finished = await runAttempt({ prepared, index, attempt, run, testbeds, attempts, next, onReady, onOver });
    if (finished.next) verdicts.push(finished.verdict);
  } while (finished.next);
}

/** Reports the end of a scenario for which nothing was started. */
export function endWithout(
  { scenario, flow }: PreparedScenario,
  index: number,
  run: RunSetup,
  outcome: Pick<Outcome, "verdict" | "reason">,
): void {
  run.events.emit({ type: "scenario-started", at: Date.now(), scenarioId: scenario.id, index, attempt: 1 });
  run.events.emit({
    type: "scenario-finished",
    at: Date.now(),
    scenarioId: scenario.id,
    attempt: 1,
    durationMs: 0,
    ...outcome,
    notReached: stepNames(flow),
    cleanupProblems: [],
    evidence: [],
    rerun: run.rerunCommand(scenario.id),
  });
}

/** What follows an attempt with this verdict; only a failure is worth another try, only a result a repetition. */
function nextAttempt(
  verdict: Verdict,
  attempt: number,
  { retries, repeat }: Pick<RunPolicy, "retries" | "repeat">,
): ScenarioFinished["next"] {
  if (repeat > 1) {
    const result = verdict === "passed" || verdict === "failed";
    return result && attempt < repeat ? "repeat" : undefined;
  }
  return verdict === "failed" && attempt <= retries ? "retry" : undefined;
}

/** Whether it needs a testbed. */
export function needsTestbed(prepared: PreparedScenario): boolean {
  return notRunnable(prepared) === undefined;
}

function notRunnable({
  scenario,
  skip,
  blocked,
  flow,
}: PreparedScenario): Pick<Outcome, "verdict" | "reason"> | undefined {
  if (skip) return { verdict: "skipped", reason: `${skip.reason}. ${skip.hint}` };
  if (blocked) return { verdict: "blocked", reason: `${blocked.reason}. ${blocked.hint}` };
  if (flow) return undefined;
  const { kind, path } = scenario.meta.execution ?? {};
  return {
    verdict: "blocked",
    reason: `a scenario of the kind ${kind} is carried out by another program: ${path} in its own repository`,
  };
}
