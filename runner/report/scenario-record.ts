import { withoutUndefined } from "../base/json.ts";
import type { GatewayFacts, RunEvent, ScenarioFinished, ScenarioRef } from "./events.ts";
import type { AttemptReport, ScenarioReport, StepReport } from "./schema/report-schema.ts";

type ScenarioEvent = Extract<RunEvent, { scenarioId: string }>;
type Outcome = Pick<ScenarioReport, "verdict" | "fault" | "failure" | "reason">;

/** Collects what is known of one scenario, attempt by attempt. */
export class ScenarioRecord {
  readonly #ref: ScenarioRef;
  readonly #runCommand: string;
  readonly #attempts: AttemptRecord[] = [];

  /** @param runCommand how to run it again while nothing better is known */
  constructor(ref: ScenarioRef, runCommand: string) {
    this.#ref = ref;
    this.#runCommand = runCommand;
  }

  apply(event: ScenarioEvent): void {
    let current = this.#attempts.at(-1);
    const another =
      event.type === "scenario-started" || (event.type === "scenario-finished" && current?.finished);
    if (!current || another) {
      current = new AttemptRecord();
      this.#attempts.push(current);
    }
    current.apply(event);
  }

  /**
   * @param now time of the run's last event, for durations of what has no end yet
   * @param interrupted whether the run was cut short, which excuses a scenario that never began
   */
  report(now: number, interrupted: boolean): ScenarioReport {
    const attempts = this.#attempts.flatMap(({ report }) => report ?? []);
    const decisive = this.#decisive();
    const cleanupProblems = this.#attempts.flatMap(({ finished }) => finished?.cleanupProblems ?? []);
    const leaks = this.#attempts.flatMap(({ finished }) => finished?.leaks ?? []);
    return withoutUndefined({
      id: this.#ref.id,
      title: this.#ref.title,
      file: this.#ref.file,
      tags: [...this.#ref.tags],
      objective: this.#ref.objective,
      successCriteria: this.#ref.successCriteria && [...this.#ref.successCriteria],
      named: this.#ref.named ?? false,
      unproven: this.#ref.unproven,
      ...this.#outcome(decisive, interrupted),
      flaky: isFlaky(attempts),
      durationMs: decisive?.durationMs(now) ?? 0,
      attempts,
      gateway: decisive?.gateway,
      steps: decisive?.stepReports(now) ?? [],
      cleanupProblems,
      leaks: leaks.length > 0 ? leaks : undefined,
      sharing: decisive?.finished?.sharing,
      faults: decisive?.finished?.faults,
      evidence: decisive?.finished?.evidence ?? [],
      rerun: decisive?.finished?.rerun ?? this.#runCommand,
    });
  }

  /**
   * The attempt that the scenario's verdict is taken from. A retry takes the place of the attempt before
   * it; of several that count, as with `repeat`, the first failed one decides, else the last.
   */
  #decisive(): AttemptRecord | undefined {
    const counting = this.#attempts.filter(({ finished }) => finished?.next !== "retry");
    return counting.find(({ finished }) => finished?.verdict === "failed") ?? this.#attempts.at(-1);
  }

  #outcome(decisive: AttemptRecord | undefined, interrupted: boolean): Outcome {
    const { finished } = decisive ?? {};
    // An attempt that another one should have followed is not a result yet, but a repeat that failed is.
    const failedForGood = finished?.verdict === "failed" && finished.next === "repeat";
    if (finished && (finished.next === undefined || failedForGood)) return outcomeOf(finished);
    if (interrupted && decisive === undefined) {
      return { verdict: "skipped", reason: "the run ended before its turn came" };
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
}

/** What is known of one attempt. */
class AttemptRecord {
  gateway: GatewayFacts | undefined;
  finished: ScenarioFinished | undefined;
  #startedAt: number | undefined;
  readonly #steps: { report: StepReport; startedAt?: number }[] = [];

  apply(event: ScenarioEvent): void {
    switch (event.type) {
      case "scenario-started":
        this.#startedAt = event.at;
        break;
      case "gateway-ready":
        this.gateway = event.gateway;
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
        this.finished = event;
        break;
      case "statement-started":
        break;
    }
  }

  /** Undefined until it has ended. */
  get report(): AttemptReport | undefined {
    const { finished, gateway } = this;
    if (!finished) return undefined;
    const { attempt, durationMs, evidence } = finished;
    return withoutUndefined({ attempt, ...outcomeOf(finished), durationMs, evidence, gateway });
  }

  durationMs(now: number): number {
    return this.finished?.durationMs ?? Math.max(0, now - (this.#startedAt ?? now));
  }

  stepReports(now: number): StepReport[] {
    // Object.values passes over the holes that steps without any event leave.
    const reached = Object.values(this.#steps).map(({ report, startedAt }) =>
      withoutUndefined(
        startedAt === undefined ? report : { ...report, durationMs: Math.max(0, now - startedAt) },
      ),
    );
    const notReached = (this.finished?.notReached ?? []).map((name) => ({
      name,
      status: "not-reached" as const,
    }));
    return [...reached, ...notReached];
  }
}

function outcomeOf({ verdict, failure, reason, fault }: ScenarioFinished): Outcome {
  const blame = failure?.fault ?? fault ?? (verdict === "failed" ? "harness" : undefined);
  return { verdict, failure, reason, fault: blame };
}

function isFlaky(attempts: readonly AttemptReport[]): boolean {
  return ["passed", "failed"].every((outcome) => attempts.some(({ verdict }) => verdict === outcome));
}
