import { posix } from "node:path";
import { displayPath } from "../../../base/paths.ts";
import { formatDuration, inShort } from "../../../base/text.ts";
import type { RunEvent } from "../../events.ts";
import { whyUnreliable } from "../../exit-code.ts";
import { attemptsNote, countTexts, type RunFacts } from "../../outcomes.ts";
import type { RunReport } from "../../schema/report-schema.ts";
import type { Reporter, RunView } from "../../stream.ts";
import { Activities, doingSince } from "../console/activity.ts";
import { SlowNotices } from "../console/slow-notice.ts";
import { failureLines } from "./block.ts";

export interface AgentOptions {
  stream: NodeJS.WritableStream;
  /** Paths below it are shown relative to it. */
  cwd: string;
}

/** For a reader who pays for each line: a block for each scenario that fails, when it has, and how the run ended. */
export class AgentReporter implements Reporter {
  readonly name = "agent";
  readonly #options: AgentOptions;
  readonly #shown = new Set<string>();
  readonly #activities = new Activities();
  readonly #slow = new SlowNotices((id, elapsedMs) => this.#showSlow(id, elapsedMs));
  #facts: RunFacts = {};
  #reportFolder = "";

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  finish(): void {
    this.#slow.stopAll();
  }

  onEvent(event: RunEvent, run: RunView): void {
    this.#activities.apply(event);
    switch (event.type) {
      case "run-started":
        this.#facts = event;
        this.#reportFolder = displayPath(event.reportFolder, this.#options.cwd);
        break;
      case "scenario-started":
        this.#slow.start(event.scenarioId);
        break;
      case "scenario-finished":
        this.#slow.stop(event.scenarioId);
        if (event.next === undefined) this.#show(run.scenario(event.scenarioId));
        break;
      case "run-finished":
        this.#end(run.report());
        break;
    }
  }

  /** A long silence would look as if nothing happened any more. */
  #showSlow(id: string, elapsedMs: number): void {
    const activity = this.#activities.get(id);
    const doing = activity ? doingSince(activity, Date.now()) : "";
    this.#print([`running for ${formatDuration(elapsedMs)}: ${id}, ${doing}`, ""]);
  }

  #show(scenario: RunReport["scenarios"][number]): void {
    if (scenario.verdict !== "failed" || this.#shown.has(scenario.id)) return;
    this.#shown.add(scenario.id);
    this.#print([...failureLines(scenario, this.#facts, this.#reportFolder), ""]);
  }

  #end(report: RunReport): void {
    // What was cut off or got lost has not been shown yet.
    for (const scenario of report.scenarios) this.#show(scenario);
    const flaky = report.scenarios.filter(({ flaky, verdict }) => flaky && verdict === "passed");
    const why = whyUnreliable(report);
    const counts = countTexts(report).map(({ text }) => text);
    this.#print([
      ...flaky.map((scenario) => `flaky: ${scenario.id} ${attemptsNote(scenario, report)}`),
      ...(report.interrupted ? ["interrupted: the run did not finish"] : []),
      ...(why === undefined ? [] : [`no result to rely on: ${inShort(why)}`]),
      `${counts.length > 0 ? counts.join(", ") : "nothing ran"} in ${formatDuration(report.durationMs)}, exit code ${report.exitCode}`,
      `report: ${posix.join(this.#reportFolder, "report.json")}`,
    ]);
  }

  #print(lines: readonly string[]): void {
    this.#options.stream.write(`${lines.join("\n")}\n`);
  }
}
