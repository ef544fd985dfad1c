import { displayPath } from "../../../base/paths.ts";
import { formatDuration, plural } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import type { RunEvent, RunStarted } from "../../events.ts";
import type { RunFacts } from "../../outcomes.ts";
import type { RunReport, ScenarioReport } from "../../schema/report-schema.ts";
import type { Reporter, RunView } from "../../stream.ts";
import { failureLines } from "../agent/block.ts";
import { Activities, doingSince } from "./activity.ts";
import { attemptLines } from "./attempt-lines.ts";
import { failureBlock } from "./failure-block.ts";
import type { Fold } from "./fold.ts";
import { LiveRegion, type LiveView, type Terminal } from "./live-region.ts";
import { cleanupLines, type Layout, scenarioLine, stepLines } from "./scenario-lines.ts";
import { SlowNotices } from "./slow-notice.ts";
import { paintFor } from "./style.ts";
import { summaryLines } from "./summary.ts";

const WIDEST_ID_COLUMN = 48;

export interface ConsoleOptions {
  stream: Terminal & { isTTY?: boolean };
  env: Readonly<Record<string, string | undefined>>;
  /** Paths below it are shown relative to it. */
  cwd: string;
  /** A line for each scenario, and what failed in short. */
  brief?: boolean;
  /** Folds away what is known of a failure, where no terminal shows it. */
  fold?: Fold | undefined;
}

/** Shows a person what happens: live lines on a terminal, plain ones elsewhere. */
export class ConsoleReporter implements Reporter {
  readonly name = "console";
  readonly #options: ConsoleOptions;
  readonly #activities = new Activities();
  readonly #shown = new Set<string>();
  readonly #layout: Layout;
  readonly #slow: SlowNotices;
  #live: LiveRegion | undefined;
  #planned = 0;
  #facts: RunFacts = {};
  #reportFolder = "";
  #afterEmptyLine = true;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#layout = { paint: paintFor(options.stream), idWidth: 0 };
    this.#slow = new SlowNotices((id, elapsedMs) => this.#showSlow(id, elapsedMs));
  }

  onEvent(event: RunEvent, run: RunView): void | Promise<void> {
    this.#activities.apply(event);
    switch (event.type) {
      case "run-started":
        return this.#begin(event);
      case "scenario-started":
        if (!this.#live) this.#slow.start(event.scenarioId);
        break;
      case "scenario-finished":
        this.#slow.stop(event.scenarioId);
        if (event.next === undefined) this.#show(run.scenario(event.scenarioId));
        break;
      case "run-finished":
        this.#end(run.report());
        break;
    }
    // Statements follow each other faster than anyone can read; the next frame shows them.
    if (event.type !== "statement-started") this.#live?.render();
  }

  finish(): void {
    this.#slow.stopAll();
    this.#live?.close();
    this.#live = undefined;
  }

  async #begin(event: RunStarted): Promise<void> {
    this.#facts = event;
    this.#planned = event.scenarios.length;
    this.#reportFolder = displayPath(event.reportFolder, this.#options.cwd);
    if (event.slow !== undefined)
      this.#print([`All limits are ${event.slow} times as long as usual (--slow)`]);
    if (this.#planned > 1 && !this.#options.brief) {
      const longest = Math.max(...event.scenarios.map(({ id }) => id.length));
      this.#layout.idWidth = Math.min(longest, WIDEST_ID_COLUMN);
      const jobs = event.jobs > 1 ? `, ${event.jobs} at once` : "";
      this.#print([`Running ${plural(this.#planned, "scenario")} on ${event.gateway}${jobs}`, ""]);
    }
    if (canRedraw(this.#options)) {
      this.#live = await LiveRegion.open(this.#options.stream, this.#layout.paint, () => this.#view());
    }
  }

  #show(scenario: ScenarioReport): void {
    this.#shown.add(scenario.id);
    if (this.#options.brief) this.#showBriefly(scenario);
    else this.#showWhole(scenario);
  }

  #showWhole(scenario: ScenarioReport): void {
    const { paint } = this.#layout;
    const failed = scenario.verdict === "failed";
    const fold = failed && !this.#options.stream.isTTY ? this.#options.fold : undefined;
    const head = [scenarioLine(scenario, this.#facts, this.#layout), ...attemptLines(scenario, paint)];
    const steps = failed || this.#planned === 1 ? stepLines(scenario.steps, paint) : [];
    const clean = cleanupLines(scenario, paint);
    const block = failed ? ["", ...failureBlock(scenario, this.#reportFolder, paint), ""] : [];
    if (!fold) {
      this.#print([...head, ...steps, ...clean, ...block]);
      return;
    }
    const { failure, id } = scenario;
    this.#print([...head, ...clean]);
    this.#options.stream.write(fold.open(`${id}: ${failure ? headlineOf(failure) : "failed"}`));
    this.#print([...steps, ...block]);
    this.#options.stream.write(fold.close());
  }

  #showBriefly(scenario: ScenarioReport): void {
    // Somebody who works in short runs knows what cut them off.
    if (scenario.failure?.code === "interrupted") return;
    const { paint } = this.#layout;
    const [headline = "", ...more] = failureLines(scenario, this.#facts, this.#reportFolder);
    this.#print([
      scenarioLine(scenario, this.#facts, this.#layout),
      ...cleanupLines(scenario, paint),
      ...(scenario.verdict === "failed"
        ? [paint("red", `  ${headline}`), ...more.map((line) => `  ${line}`)]
        : []),
    ]);
  }

  #showSlow(id: string, elapsedMs: number): void {
    const activity = this.#activities.get(id);
    const doing = activity ? doingSince(activity, Date.now()) : "";
    this.#print([`  ${id} still running after ${formatDuration(elapsedMs)}: ${doing}`]);
  }

  #end(report: RunReport): void {
    // What was cut off or got lost has not been shown yet; what an interrupt kept from starting need not be.
    const left = report.scenarios.filter(({ id, verdict }) => verdict === "failed" && !this.#shown.has(id));
    for (const scenario of left) this.#show(scenario);
    this.finish();
    if (this.#options.brief) return;
    this.#print(summaryLines(report, this.#reportFolder, this.#layout.paint));
  }

  #view(): LiveView {
    const done = this.#shown.size;
    const footer = this.#planned > 1 && done < this.#planned ? `${done} of ${this.#planned} done` : "";
    return { running: this.#activities.running, footer };
  }

  #print(lines: readonly string[]): void {
    // Blocks set themselves off with empty lines; one between two of them is enough.
    const text = this.#afterEmptyLine && lines[0] === "" ? lines.slice(1) : lines;
    this.#afterEmptyLine = lines.at(-1) === "";
    if (this.#live) this.#live.print(text);
    else this.#options.stream.write(`${text.join("\n")}\n`);
  }
}

/** Redrawing needs a terminal with a person in front of it; the log of a CI job keeps every frame. */
function canRedraw({ stream, env }: ConsoleOptions): boolean {
  return stream.isTTY === true && !env.CI && env.TERM !== "dumb";
}
