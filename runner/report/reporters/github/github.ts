import { randomUUID } from "node:crypto";
import { appendFile, stat } from "node:fs/promises";
import type { RunEvent } from "../../events.ts";
import type { Reporter, RunView } from "../../stream.ts";
import { annotationsFor, type Places } from "./annotations.ts";
import { annotationCommand } from "./commands.ts";
import { renderSummary } from "./summary.ts";

/** Of the summary of one step; the service shows nothing of a longer one. */
const LARGEST_SUMMARY = 1024 * 1024;

export interface GithubOptions extends Places {
  stream: NodeJS.WritableStream;
  /** File that takes the job summary, GITHUB_STEP_SUMMARY; without it there is none. */
  summaryFile: string | undefined;
  /** What switches workflow commands on again; default is random. */
  token?: string;
}

/**
 * Annotations on stdout and a job summary, when the run ends. While it goes on, workflow commands are
 * switched off: what a gateway or a model says and another reporter prints must not command the service.
 */
export class GithubReporter implements Reporter {
  readonly name = "github";
  readonly #options: GithubOptions;
  readonly #token: string;

  constructor(options: GithubOptions) {
    this.#options = options;
    this.#token = options.token ?? randomUUID();
  }

  onEvent(event: RunEvent): void {
    if (event.type === "run-started") this.#print(`::stop-commands::${this.#token}`);
  }

  async finish(run: RunView): Promise<void> {
    if (!run.started) return;
    this.#print(`::${this.#token}::`);
    const report = run.report();
    for (const annotation of annotationsFor(report, this.#options))
      this.#print(annotationCommand(annotation));

    const { summaryFile } = this.#options;
    if (!summaryFile) return;
    const summary = renderSummary(report, LARGEST_SUMMARY - (await sizeOf(summaryFile)));
    if (summary !== undefined) await appendFile(summaryFile, summary);
    else this.#print("::warning::The summary of this step is full: the run's report is not in it.");
  }

  #print(line: string): void {
    this.#options.stream.write(`${line}\n`);
  }
}

/** Other commands of the same step may have written to it. */
async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  return size;
}
