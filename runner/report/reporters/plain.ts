import { displayPath } from "../../base/paths.ts";
import { formatDuration, inShort, oneLine, plural } from "../../base/text.ts";
import { headlineOf } from "../chain-text.ts";
import type { Failure, RunEvent, RunFinished, RunStarted, ScenarioFinished } from "../events.ts";
import { countTexts, type RunFacts, resultNotes, sharingNote } from "../outcomes.ts";
import type { Reporter, RunView } from "../stream.ts";
import { location } from "./console/failure-block.ts";

export interface PlainOptions {
  stream: NodeJS.WritableStream;
  /** Paths below it are shown relative to it. */
  cwd: string;
}

/**
 * A line for each event, without colours, redrawing or times of day: two logs can be compared, and the lines
 * of one scenario found by its id, which they all begin with.
 */
export class PlainReporter implements Reporter {
  readonly name = "plain";
  readonly #options: PlainOptions;
  #facts: RunFacts = {};

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  onEvent(event: RunEvent, run: RunView): void {
    if (event.type === "run-started") this.#facts = event;
    this.#options.stream.write(`${oneLine(this.#line(event, run))}\n`);
  }

  #line(event: RunEvent, run: RunView): string {
    switch (event.type) {
      case "run-started":
        return runStarted(event, this.#options.cwd);
      case "run-finished":
        return runFinished(event, run);
      case "scenario-finished":
        return `${event.scenarioId}: ${this.#scenarioFinished(event, run)}`;
      default:
        return `${event.scenarioId}: ${progress(event)}`;
    }
  }

  #scenarioFinished(event: ScenarioFinished, run: RunView): string {
    const {
      verdict,
      durationMs,
      attempt,
      next,
      reason,
      failure,
      cleanupProblems,
      leaks = [],
      sharing,
      rerun,
    } = event;
    const ran = verdict === "passed" || verdict === "failed";
    const result = [
      `${verdict}${ran ? ` in ${formatDuration(durationMs)}` : ""}`,
      ...(next ? [`try ${attempt}, to be ${next === "retry" ? "tried again" : "repeated"}`] : []),
      ...(next ? [] : resultNotes(run.scenario(event.scenarioId), this.#facts)),
    ].join(", ");
    const why = failure ? whyFailed(failure) : reason;
    return [
      why ? `${result}: ${why}` : result,
      ...cleanupProblems.map((problem) => `not cleaned up: ${problem}`),
      ...leaks.map((leak) => `leak: ${leak}`),
      ...(sharing ? [sharingNote(sharing)] : []),
      ...(verdict === "failed" ? [`run again: ${rerun}`] : []),
    ].join("; ");
  }
}

function runFinished({ runId, durationMs, exitCode, interrupted }: RunFinished, run: RunView): string {
  const counts = countTexts(run.report()).map(({ text }) => text);
  const result = counts.length > 0 ? counts.join(", ") : "nothing ran";
  const cut = interrupted ? ", interrupted" : "";
  return `run ${runId}: ${result} in ${formatDuration(durationMs)}${cut}, exit code ${exitCode}`;
}

function runStarted(
  { runId, scenarios, gateway, jobs, slow, reportFolder }: RunStarted,
  cwd: string,
): string {
  const limits = slow === undefined ? "" : `, limits ${slow} times as long as usual`;
  const what = `${plural(scenarios.length, "scenario")} on ${gateway}, ${jobs} at once${limits}`;
  return `run ${runId}: ${what}, report in ${displayPath(reportFolder, cwd)}`;
}

function whyFailed(failure: Failure): string {
  const place = location(failure);
  const facts = [failure.code, `fault of the ${failure.fault}`, ...(place ? [place] : [])];
  return `${inShort(headlineOf(failure))} (${facts.join(", ")})`;
}

function progress(event: Exclude<RunEvent, RunStarted | RunFinished | ScenarioFinished>): string {
  switch (event.type) {
    case "scenario-started":
      return event.attempt > 1 ? `started, try ${event.attempt}` : "started";
    case "gateway-starting":
      return event.waitsFor === undefined
        ? "the gateway starts"
        : `the gateway's start waits for ${event.waitsFor}`;
    case "gateway-ready": {
      const { product, version, readyMs } = event.gateway;
      return `gateway ready in ${formatDuration(readyMs)}, ${product} ${version}`;
    }
    case "step-started":
      return `step ${event.step + 1} started: ${event.name}`;
    case "statement-started":
      return `step ${event.step + 1}, line ${event.position.line}: ${event.label}`;
    case "step-finished": {
      const { step, status, durationMs, name, details } = event;
      const result = `step ${step + 1} ${status} in ${formatDuration(durationMs)}: ${name}`;
      return details ? `${result} (${details})` : result;
    }
  }
}
