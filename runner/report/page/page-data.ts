import type { LoggedEvent } from "../events.ts";
import type { RunReport, ScenarioReport } from "../schema/report-schema.ts";

// What the page holds: an overview that is read at once, and for each scenario a record that is unpacked when it is opened.

/** A scenario as the overview shows it. */
export type PageScenario = Pick<
  ScenarioReport,
  "id" | "title" | "file" | "tags" | "verdict" | "fault" | "flaky" | "durationMs"
> & {
  attempts: number;
  /** Why a pass proves less than it seems to. */
  unproven?: string;
  /** Product and version. */
  gateway?: string;
  /** Why it did not pass, in one line. */
  why?: string;
  /** Earlier verdicts, oldest first, where a history was given. */
  before?: readonly string[];
};

/** A run as the overview shows it. */
export type PageRun = Pick<
  RunReport,
  | "runId"
  | "command"
  | "gateway"
  | "startedAt"
  | "durationMs"
  | "interrupted"
  | "exitCode"
  | "counts"
  | "jobs"
> & {
  tool: string;
  /** As the user would type its folder. */
  name?: string;
  scenarios: PageScenario[];
  /** What a reader should know of how the page came to be. */
  notes: string[];
};

/** Everything that is known of a scenario. */
export interface PageRecord {
  scenario: ScenarioReport;
  /** Of all attempts, in their order; empty where they were left out, which `left` says. */
  events: LoggedEvent[];
  left?: string;
}

/** One run, or two side by side. */
export interface PageData {
  runs: PageRun[];
}

/** Id of the element that holds the overview. */
export const DATA_ID = "qa-data";

/** Id of the element that holds the record of a scenario of a run. */
export function recordId(run: number, scenario: number): string {
  return `qa-record-${run}-${scenario}`;
}
