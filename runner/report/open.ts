import { mkdirSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceJsonFile } from "../base/files.ts";
import type { RunEvent, RunFinished } from "./events.ts";
import { exitCodeFor, type RunExitCode } from "./exit-code.ts";
import { type ConsoleOptions, ConsoleReporter } from "./reporters/console/console.ts";
import { JsonReporter } from "./reporters/files.ts";
import { jsonlReporter } from "./reporters/jsonl.ts";
import { markdownReporter } from "./reporters/markdown/markdown.ts";
import { RunAggregate } from "./run-state.ts";
import { EventStream, type Reporter, type ReporterFailure } from "./stream.ts";

/** Time for reporters to catch up and, again, to finish. */
const CLOSE_BUDGET_MS = 5_000;

export interface ReportOptions {
  /** Absolute; made if it does not exist. The same as in the run-started event. */
  folder: string;
  /** Left out where one of `reporters` tells on stdout what happens. */
  console?: ConsoleOptions;
  redact: <T>(value: T) => T;
  /** Besides the console and the files of the folder. */
  reporters?: readonly Reporter[];
  /** Receives one line per failed reporter; default is stderr. */
  warn?: (line: string) => void;
}

/** Everything that listens to one run. */
export interface OpenReport {
  emit(event: RunEvent): void;
  readonly failures: readonly ReporterFailure[];
  /**
   * Emits the run's last event, lets the reporters finish and gives the exit code. A reporter that fails
   * only now changes it. One of the user's own finishes first, so that all the others get the run's end a second
   * time; of one that writes down the run's end itself, events.jsonl and report.json do.
   */
  finish(end: RunEnd): Promise<RunExitCode>;
}

export interface RunEnd {
  runId: string;
  durationMs: number;
  interrupted: boolean;
  /** What went wrong outside of scenarios and reporters: the run is then no success. */
  harnessFailures: number;
}

/** Opens the report of a run, with the console and all files of its folder. */
export function openReport(options: ReportOptions): OpenReport {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const stream = new EventStream(options);
  const run = new RunAggregate();
  // The event log comes first: it has the event even if a later reporter takes the process down.
  stream.subscribe(jsonlReporter(options.folder));
  stream.subscribe({ name: "exit code", onEvent: (event) => run.apply(event) });
  stream.subscribe(new JsonReporter(options.folder));
  stream.subscribe(markdownReporter(options.folder));
  if (options.console) stream.subscribe(new ConsoleReporter(options.console));
  for (const reporter of options.reporters ?? []) stream.subscribe(reporter);

  return {
    emit: (event) => stream.emit(event),
    get failures() {
      return stream.failures;
    },
    async finish({ runId, durationMs, interrupted, harnessFailures }) {
      await stream.settle(CLOSE_BUDGET_MS);
      const result = run.started ? run.report(interrupted) : { interrupted, scenarios: [] };
      const exitCode = () => exitCodeFor(result, stream.failures.length + harnessFailures);
      const facts = { type: "run-finished", at: Date.now(), runId, durationMs, interrupted } as const;
      let end = { ...facts, exitCode: exitCode() };
      stream.emit(end);
      await stream.finishEarly(CLOSE_BUDGET_MS);
      if (end.exitCode !== exitCode()) {
        end = { ...facts, exitCode: exitCode() };
        stream.emit(end);
      }
      await stream.close(CLOSE_BUDGET_MS);
      const finalCode = exitCode();
      if (finalCode !== end.exitCode) await amendEnd(options.folder, run, { ...facts, exitCode: finalCode });
      return finalCode;
    },
  };
}

/**
 * Who reads the report later, to merge it or to look back, must not take a failed run for a good one. Where
 * only one of the files can be written they contradict each other, which a merge refuses.
 */
async function amendEnd(folder: string, run: RunAggregate, end: RunFinished): Promise<void> {
  if (!run.started) return;
  run.apply(end);
  await Promise.allSettled([
    appendFile(join(folder, "events.jsonl"), `${JSON.stringify(end)}\n`),
    replaceJsonFile(join(folder, "report.json"), run.report()),
  ]);
}
