import { EXIT } from "../base/exit-codes.ts";
import { withoutUndefined } from "../base/json.ts";
import type { RunEvent, RunFinished, RunStarted } from "./events.ts";
import { ScenarioRecord } from "./scenario-record.ts";
import { REPORT_VERSION, type RunReport, type ScenarioReport } from "./schema/report-schema.ts";

/**
 * Folds the events of a run into its report. The report can be asked for at any time: before the end
 * it is the one a killed run leaves behind, marked as interrupted.
 */
export class RunState {
  #started: RunStarted | undefined;
  #finished: RunFinished | undefined;
  #lastAt = 0;
  readonly #records = new Map<string, ScenarioRecord>();

  apply(event: RunEvent): void {
    this.#lastAt = Math.max(this.#lastAt, event.at);
    switch (event.type) {
      case "run-started":
        this.#started = event;
        for (const ref of event.scenarios) this.#records.set(ref.id, new ScenarioRecord(ref, event.command));
        break;
      case "run-finished":
        this.#finished = event;
        break;
      default:
        this.#record(event.scenarioId).apply(event);
    }
  }

  /** Whether the run's first event has been seen. */
  get started(): boolean {
    return this.#started !== undefined;
  }

  /** The scenario so far. */
  scenario(id: string): ScenarioReport {
    return this.#record(id).report(this.#lastAt, this.#interrupted);
  }

  /**
   * @param interrupted set before the run's last event is known
   * @throws before the run's first event
   */
  report(interrupted: boolean = this.#interrupted): RunReport {
    const started = this.#started;
    if (!started) throw new Error("there is no report before the run has started");
    const scenarios = [...this.#records.values()].map((record) => record.report(this.#lastAt, interrupted));
    return withoutUndefined({
      version: REPORT_VERSION,
      runId: started.runId,
      tool: { ...started.tool },
      command: started.command,
      options: started.options,
      gateway: started.gateway,
      providerMode: started.providerMode,
      startedAt: new Date(started.at).toISOString(),
      finishedAt: new Date(this.#lastAt).toISOString(),
      durationMs: this.#finished?.durationMs ?? this.#lastAt - started.at,
      jobs: started.jobs,
      slow: started.slow,
      allowed: started.allowed,
      lane: started.lane,
      job: started.job,
      shard: started.shard,
      selection: started.selection,
      policy: started.policy,
      faults: started.faults,
      quarantine: started.quarantine,
      interrupted,
      exitCode: this.#finished?.exitCode ?? EXIT.interrupted,
      counts: countVerdicts(scenarios),
      scenarios,
    });
  }

  get #interrupted(): boolean {
    return this.#finished?.interrupted ?? true;
  }

  /** A scenario that the run never announced is kept all the same: no result is lost. */
  #record(id: string): ScenarioRecord {
    let record = this.#records.get(id);
    if (!record) {
      record = new ScenarioRecord({ id, title: id, file: "", tags: [] }, this.#started?.command ?? "");
      this.#records.set(id, record);
    }
    return record;
  }
}

/** The report of a whole list of events. */
export function reportOf(events: Iterable<RunEvent>): RunReport {
  const run = new RunState();
  for (const event of events) run.apply(event);
  return run.report();
}

/** How many scenarios ended in which way. */
export function countVerdicts(scenarios: readonly ScenarioReport[]): RunReport["counts"] {
  const counts = { total: scenarios.length, passed: 0, failed: 0, skipped: 0, blocked: 0, flaky: 0 };
  for (const { verdict, flaky } of scenarios) {
    counts[verdict] += 1;
    if (flaky && verdict === "passed") counts.flaky += 1;
  }
  return counts;
}
