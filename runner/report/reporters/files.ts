import { join } from "node:path";
import { replaceJsonFile } from "../../base/files.ts";
import type { RunEvent } from "../events.ts";
import { RunAggregate } from "../run-state.ts";
import type { Reporter } from "../stream.ts";

/** Events after which the report differs in something a reader of a killed run's report wants to know. */
const MILESTONES: ReadonlySet<RunEvent["type"]> = new Set([
  "run-started",
  "scenario-started",
  "scenario-finished",
]);

/**
 * Keeps `<folder>/report.json` up to date while the run goes on and writes it a last time at its end.
 * The file is valid at any moment; until the end it says `interrupted`.
 */
export class JsonReporter implements Reporter {
  readonly name = "report.json";
  readonly #path: string;
  readonly #run = new RunAggregate();
  #writing: Promise<void> | undefined;
  #stale = false;
  #error: unknown;

  constructor(folder: string) {
    this.#path = join(folder, "report.json");
  }

  onEvent(event: RunEvent): void {
    this.#run.apply(event);
    if (this.#error !== undefined) throw this.#error;
    if (MILESTONES.has(event.type)) this.#refresh();
  }

  async finish(): Promise<void> {
    await this.#writing;
    if (this.#run.started) await this.#write();
  }

  /** At most one write at a time; what happens during it is in the next one. */
  #refresh(): void {
    this.#stale = true;
    this.#writing ??= this.#writeWhileStale()
      .catch((error: unknown) => {
        this.#error = error;
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #writeWhileStale(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      await this.#write();
    }
  }

  #write(): Promise<void> {
    return replaceJsonFile(this.#path, this.#run.report());
  }
}
