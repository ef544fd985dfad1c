import { appendFileSync, closeSync, fstatSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { replaceFile, replaceJsonFile } from "../../base/files.ts";
import type { LoggedEvent, RunEvent } from "../events.ts";
import type { RunReport } from "../schema/report-schema.ts";
import type { Reporter, RunView } from "../stream.ts";

/**
 * Appends every event to `<folder>/events.jsonl` as it happens. Written synchronously, so that the
 * file is complete up to the moment a run is killed.
 */
export function eventLog(folder: string): Reporter {
  const path = join(folder, "events.jsonl");
  const file = openSync(path, "a", 0o600);
  const append = (event: LoggedEvent) => appendFileSync(file, `${JSON.stringify(event)}\n`);
  return {
    name: "events.jsonl",
    finishes: "last",
    onEvent: append,
    onRecord: append,
    finish() {
      const written = fstatSync(file).ino;
      closeSync(file);
      if (statSync(path, { throwIfNoEntry: false })?.ino !== written) {
        throw new Error(`${path} was removed or replaced during the run, and its events are lost`);
      }
    },
  };
}

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
export class ReportFile implements Reporter {
  readonly name = "report.json";
  readonly finishes = "late";
  readonly #path: string;
  #writing: Promise<void> | undefined;
  #stale = false;
  #error: unknown;

  constructor(folder: string) {
    this.#path = join(folder, "report.json");
  }

  onEvent(event: RunEvent, run: RunView): void {
    if (this.#error !== undefined) throw this.#error;
    if (MILESTONES.has(event.type)) this.#refresh(run);
  }

  async finish(run: RunView): Promise<void> {
    await this.#writing;
    if (run.started) await this.#write(run);
  }

  /** At most one write at a time; what happens during it is in the next one. */
  #refresh(run: RunView): void {
    this.#stale = true;
    this.#writing ??= this.#writeWhileStale(run)
      .catch((error: unknown) => {
        this.#error = error;
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #writeWhileStale(run: RunView): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      await this.#write(run);
    }
  }

  #write(run: RunView): Promise<void> {
    return replaceJsonFile(this.#path, run.report());
  }
}

/**
 * Writes one file from the run's report when the run ends. A killed run leaves no such file: only
 * report.json and events.jsonl are kept up to date.
 * @param path absolute; its folder exists
 */
export function fileReporter(
  name: string,
  path: string,
  render: (report: RunReport) => string | Promise<string>,
): Reporter {
  return {
    name,
    onEvent: () => {},
    async finish(run) {
      if (run.started) await replaceFile(path, await render(run.report()));
    },
  };
}
