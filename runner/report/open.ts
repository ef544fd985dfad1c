import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { redactEvent } from "./event-texts.ts";
import type { LoggedEvent } from "./events.ts";
import { exitCodeFor, type RunExitCode } from "./exit-code.ts";
import { type ConsoleOptions, ConsoleReporter } from "./reporters/console/console.ts";
import { eventLog, fileReporter, ReportFile } from "./reporters/files.ts";
import { EventStream, FINISHING_ORDER, printWarning, type Reporter, type ReporterFailure } from "./stream.ts";
import { WholeTexts } from "./whole-texts.ts";

/** Time for reporters to catch up and, again, to finish. */
const CLOSE_BUDGET_MS = 30_000;

export interface ReportOptions {
  /** Absolute; made if it does not exist. The same as in the run-started event. */
  folder: string;
  /** Absent where one of `reporters` writes to stdout what happens. */
  console?: ConsoleOptions;
  redact: <T>(value: T) => T;
  /** Besides the console and the files of the folder. */
  reporters?: readonly Reporter[];
  /** Receives one line per failed reporter; default is stderr. */
  warn?: (line: string) => void;
}

/** Everything that listens to one run. */
export interface OpenReport {
  emit(event: LoggedEvent): void;
  readonly failures: readonly ReporterFailure[];
  /**
   * Emits the run's last event, lets the reporters finish and gives the exit code. A reporter that
   * fails only now changes it: then those that finish after it get the run's end again. The files
   * of the report's folder are written last, and hold the final one.
   */
  finish(end: RunEnd): Promise<RunExitCode>;
}

interface RunEnd {
  runId: string;
  durationMs: number;
  interrupted: boolean;
  /** What went wrong outside the scenarios and reporters: then the run is not a success. */
  harnessFailures: number;
}

/** Opens the report of a run, with the console and all files of its folder. */
export function openReport(options: ReportOptions): OpenReport {
  const { folder: reportFolder, console, reporters = [] } = options;
  mkdirSync(reportFolder, { recursive: true, mode: 0o700 });
  const texts = new WholeTexts(reportFolder);
  const stream = new EventStream({
    ...options,
    redact: (event) => texts.abridge(redactEvent(event, options.redact)),
    // A reporter of the user's own may say anything.
    warn: (line) => (options.warn ?? printWarning)(options.redact(line)),
  });
  // The event log comes first: it has the event even if a later reporter takes the process down.
  stream.subscribe(eventLog(reportFolder));
  stream.subscribe(new ReportFile(reportFolder));
  stream.subscribe(
    fileReporter("report.md", join(reportFolder, "report.md"), async (report) =>
      (await import("./reporters/markdown/render.ts")).renderMarkdown(report),
    ),
  );
  stream.subscribe(
    fileReporter("report.html", join(reportFolder, "report.html"), async (report) =>
      (await import("./page/page.ts")).renderPage([
        { report, eventsPath: join(reportFolder, "events.jsonl") },
      ]),
    ),
  );
  if (console) stream.subscribe(new ConsoleReporter(console));
  for (const reporter of reporters) stream.subscribe(reporter);

  return {
    emit: (event) => stream.emit(event),
    get failures() {
      return stream.failures;
    },
    async finish({ runId, durationMs, interrupted, harnessFailures }) {
      await stream.settle(CLOSE_BUDGET_MS);
      const result = stream.run.started ? stream.run.report(interrupted) : { interrupted, scenarios: [] };
      const exitCode = () => exitCodeFor(result, stream.failures.length + harnessFailures);
      let written: RunExitCode | undefined;
      for (const turn of FINISHING_ORDER) {
        if (written !== exitCode()) {
          written = exitCode();
          stream.emit({
            type: "run-finished",
            at: Date.now(),
            runId,
            durationMs,
            interrupted,
            exitCode: written,
          });
        }
        await stream.finish(turn, CLOSE_BUDGET_MS);
      }
      return exitCode();
    },
  };
}
