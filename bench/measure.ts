import { spawn } from "node:child_process";
import { join } from "node:path";
import { readReport } from "../runner/report/read-report.ts";
import type { RunReport } from "../runner/report/schema/report-schema.ts";

/** Milliseconds of the fastest, the middle and the slowest run. */
export interface Times {
  min: number;
  median: number;
  max: number;
}

/** Times of `runs` runs of `sample` after one that does not count. `sample` gives milliseconds. */
export async function measure(runs: number, sample: () => Promise<number>): Promise<Times> {
  await sample();
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) times.push(await sample());
  return summarize(times);
}

export function summarize(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    min: sorted[0] ?? Number.NaN,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

/**
 * The report that a run left in a folder.
 * @throws if it cannot be read
 */
export async function reportIn(folder: string): Promise<RunReport> {
  const reading = await readReport(join(folder, "report.json"));
  if ("problem" in reading) throw new Error(`${folder} has no report: ${reading.problem}`);
  return reading.report;
}

/** Characters of a failed command's output that its error shows. */
const SHOWN_OUTPUT = 4000;

/**
 * Runs a command to its end and returns its wall time in milliseconds. An exit code other than those allowed is an error.
 * @param env added to this process's own
 */
export function timeCommand(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  allowed: readonly number[] = [0],
): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-SHOWN_OUTPUT);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code !== null && allowed.includes(code)) resolve(performance.now() - startedAt);
      else reject(new Error(`${[file, ...args].join(" ")} ended with ${code}\n${output}`));
    });
  });
}

/** Prints a table; of its columns, the first two are texts. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
}
