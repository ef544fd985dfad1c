import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readReport } from "../../runner/report/read-report.ts";
import type { RunReport } from "../../runner/report/schema/report-schema.ts";
import type { Place } from "./place.ts";

export const ROOT = resolve(import.meta.dirname, "../..");
const MAIN = join(ROOT, "runner/cli/main.js");
/** No round may take longer, on however busy a machine. */
const LIMIT_MS = 300_000;
const OUTPUT_KEPT = 6_000;

/** How a program ended. */
export interface Ended {
  /** Null if a signal ended it. */
  code: number | null;
  /** The end of what it printed. */
  output: string;
  /** What it left as report; undefined if there is none, or none that can be read. */
  report: RunReport | undefined;
  /** A report was begun. */
  begun: boolean;
}

/** A program of a round, in a process group of its own. */
export class Program {
  readonly child: ChildProcess;
  readonly #out: string | undefined;
  readonly #exited: Promise<unknown>;
  #output = "";

  private constructor(child: ChildProcess, out: string | undefined) {
    this.child = child;
    this.#out = out;
    this.#exited = once(child, "exit");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
      });
    }
  }

  /** `qa run` of these arguments, reported to `out`. */
  static run(place: Place, args: readonly string[], out = join(place.folder, "report")): Program {
    return new Program(start(place, [MAIN, "run", ...args, "--out", out]), out);
  }

  /** Any other program of Node. */
  static node(place: Place, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    return new Program(start(place, args, env), undefined);
  }

  static qa(place: Place, ...args: string[]): Program {
    return Program.node(place, [MAIN, ...args]);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @throws Error if it does not end in time; it is killed then */
  async ended(limitMs = LIMIT_MS): Promise<Ended> {
    const limit = setTimeout(() => this.child.kill("SIGKILL"), limitMs);
    const startedAt = performance.now();
    await this.#exited;
    clearTimeout(limit);
    if (performance.now() - startedAt >= limitMs) throw new Error(`did not end within ${limitMs / 1000} s`);
    const reading = this.#out === undefined ? undefined : await readReport(join(this.#out, "report.json"));
    return {
      code: this.child.exitCode,
      output: this.#output,
      report: reading && "report" in reading ? reading.report : undefined,
      begun: this.#out !== undefined && existsSync(this.#out),
    };
  }
}

function start(place: Place, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: place.folder,
    env: { ...process.env, TMPDIR: place.tmp, NO_COLOR: "1", ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** What must hold of every run that came to an end by itself: the exit code is true. */
export function untruths({ code, report, output }: Ended, planned: readonly string[]): string[] {
  const verdicts = new Map(report?.scenarios.map(({ id, verdict }) => [id, verdict]));
  const without = planned.filter((id) => !verdicts.has(id));
  const notPassed = planned.filter((id) => verdicts.get(id) !== "passed");
  const problems: string[] = [];
  // A report that could not be completed still says what it said at first: interrupted.
  if (report && !report.interrupted && code !== null && report.exitCode !== code)
    problems.push(`exit code ${code}, but the report says ${report.exitCode}`);
  if (code === 0 && !report) problems.push("exit code 0 without a report");
  if (code === 0 && report?.interrupted) problems.push("exit code 0 of a run that was interrupted");
  if (code === 0 && without.length > 0)
    problems.push(`exit code 0, but no verdict for ${without.join(", ")}`);
  if (code === 0 && notPassed.length > 0)
    problems.push(`exit code 0, but not passed: ${notPassed.join(", ")}`);
  return problems.map((problem) => `${problem}\n${output}`);
}
