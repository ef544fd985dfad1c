import type { GatewayFacts, RunEvent, ScenarioFinished, ScenarioRef } from "./events.ts";
import type { ScenarioReport, StepReport } from "./report-schema.ts";

type ScenarioEvent = Extract<RunEvent, { scenarioId: string }>;
type Outcome = Pick<ScenarioReport, "verdict" | "fault" | "failure" | "reason">;

/** Collects what is known of one scenario. */
export class ScenarioRecord {
  readonly #ref: ScenarioRef;
  readonly #runCommand: string;
  readonly #steps: { report: StepReport; startedAt?: number }[] = [];
  #startedAt: number | undefined;
  #gateway: GatewayFacts | undefined;
  #finished: ScenarioFinished | undefined;

  /** @param runCommand how to run it again while nothing better is known */
  constructor(ref: ScenarioRef, runCommand: string) {
    this.#ref = ref;
    this.#runCommand = runCommand;
  }

  apply(event: ScenarioEvent): void {
    switch (event.type) {
      case "scenario-started":
        this.#startedAt = event.at;
        break;
      case "gateway-ready":
        this.#gateway = event.gateway;
        break;
      case "step-started":
        // Until its end is known a step counts as failed: the report of a killed run shows where it was.
        this.#steps[event.step] = { report: { name: event.name, status: "failed" }, startedAt: event.at };
        break;
      case "step-finished": {
        const { name, status, durationMs, details } = event;
        this.#steps[event.step] = { report: { name, status, durationMs, details } };
        break;
      }
      case "scenario-finished":
        this.#finished = event;
        break;
      case "statement-started":
        break;
    }
  }

  /**
   * @param now time of the run's last event, for durations of what has no end yet
   * @param interrupted whether the run was cut short, which excuses a scenario that never began
   */
  report(now: number, interrupted: boolean): ScenarioReport {
    const finished = this.#finished;
    return withoutUndefined({
      id: this.#ref.id,
      title: this.#ref.title,
      file: this.#ref.file,
      tags: [...this.#ref.tags],
      objective: this.#ref.objective,
      successCriteria: this.#ref.successCriteria && [...this.#ref.successCriteria],
      named: this.#ref.named ?? false,
      ...this.#outcome(interrupted),
      durationMs: finished?.durationMs ?? now - (this.#startedAt ?? now),
      gateway: this.#gateway,
      steps: this.#stepReports(now),
      cleanupProblems: finished?.cleanupProblems ?? [],
      evidence: finished?.evidence ?? [],
      rerun: finished?.rerun ?? this.#runCommand,
    });
  }

  #outcome(interrupted: boolean): Outcome {
    const finished = this.#finished;
    if (finished) {
      const { verdict, failure, reason } = finished;
      return {
        verdict,
        failure,
        reason,
        fault: failure?.fault ?? (verdict === "failed" ? "harness" : undefined),
      };
    }
    if (interrupted && this.#startedAt === undefined) {
      return { verdict: "skipped", reason: "the run ended before it was its turn" };
    }
    return {
      verdict: "failed",
      fault: "harness",
      failure: {
        code: "missing-result",
        fault: "harness",
        message: interrupted
          ? "the run ended while this scenario was running"
          : "the run ended without a result for this scenario",
        hint: "Run it again; if it stays without a result, look at the end of events.jsonl.",
      },
    };
  }

  #stepReports(now: number): StepReport[] {
    // Object.values passes over the holes that steps without any event leave.
    const reached = Object.values(this.#steps).map(({ report, startedAt }) =>
      withoutUndefined(
        startedAt === undefined ? report : { ...report, durationMs: Math.max(0, now - startedAt) },
      ),
    );
    const notReached = (this.#finished?.notReached ?? []).map((name) => ({
      name,
      status: "not-reached" as const,
    }));
    return [...reached, ...notReached];
  }
}

/** Optional facts that are not known are left out rather than written as undefined. */
function withoutUndefined<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value;
}
