import type { RunEvent } from "../../events.ts";
import type { RunReport } from "../../schema/report-schema.ts";

// What a user's own reporter is written against. The package has these declarations as `gateway-qa/reporter`, with the types
// of its schemas in place of the imports.

/** Counts up with every change that a reporter written for the version before would trip over. */
export const REPORTER_VERSION = 1;

/** What a reporter is made with. */
export interface ReporterContext {
  version: typeof REPORTER_VERSION;
  /** Absolute; exists. Files that a reporter writes belong here. */
  reportFolder: string;
  /** Absolute; the user's working folder. */
  cwd: string;
}

/** What the events so far add up to, as copies: changing them changes nothing. */
export interface RunSoFar {
  /** Whether the run's first event has been seen; there is no report before. */
  readonly started: boolean;
  /** The content of report.json. */
  report(): RunReport;
  /** One scenario of it. */
  scenario(id: string): RunReport["scenarios"][number];
}

/** A reporter, version 1. It may have more members; they are ignored. */
export interface Reporter {
  /** Gets every event, redacted, in order and one at a time; a promise holds back the next one. */
  onEvent(event: RunEvent, run: RunSoFar): void | Promise<void>;
  /** Called once at the end, even when `onEvent` failed before. */
  finish?(run: RunSoFar): void | Promise<void>;
}
