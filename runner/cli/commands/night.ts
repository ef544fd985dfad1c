import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { QaError, UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { displayPath } from "../../base/paths.ts";
import { readDurations, writeDurations } from "../../lanes/durations.ts";
import { osOf } from "../../lanes/job.ts";
import type { Job, Matrix } from "../../lanes/matrix.ts";
import { watchInterrupt } from "../interrupt.ts";
import { reportInvalid } from "../invalid.ts";
import { loadLanes } from "../lanes-file.ts";
import type { NightOptions } from "../night-options.ts";
import { newRunId } from "../run-id.ts";
import { REPO_ROOT, userFolder } from "../workspace.ts";
import { planLanes, writeMatrix } from "./matrix.ts";

const MAIN = join(import.meta.dirname, "../main.js");

/** How a job or the merge ended. */
interface Ended {
  name: string;
  exitCode: number;
  durationMs: number;
  mayFail: boolean;
}

/**
 * `qa night`: what the nightly workflow does on many machines, on this one: plans the jobs, runs each with its own
 * `qa run`, and merges their reports with `qa merge`. One job's failure does not keep the others from running.
 */
export async function night(names: readonly string[], options: NightOptions): Promise<number> {
  const interrupt = watchInterrupt();
  try {
    const chosen = names.length > 0 ? names : (loadLanes(options.lanes).value.night ?? []);
    const folder = outFolder(options.out);
    const durations = await frozenDurations(options.durations, folder);
    const matrix = forThisMachine(await planLanes(chosen, { ...options, durations }, interrupt.signal));
    const matrixFile = join(folder, "matrix.json");
    await writeMatrix(matrixFile, matrix);
    for (const note of matrix.notes) process.stdout.write(`note: ${note}\n`);

    const ended: Ended[] = [];
    for (const job of matrix.jobs) {
      if (job.skip)
        process.stdout.write(`\n--- ${job.name}: skipped, ${job.skip.reason}. ${job.skip.hint}\n`);
      else if (!interrupt.signal.aborted) ended.push(await runJob(job, folder, options, interrupt.signal));
    }
    if (ended.length === 0 && !interrupt.signal.aborted) throw nothingRan();
    if (!interrupt.signal.aborted) {
      // Also where no job left anything: the merge is what misses a report, even of a job that may fail.
      const shares = join(folder, "shares");
      await mkdir(shares, { recursive: true });
      const merge = ["merge", shares, "--out", join(folder, "merged"), "--expect", matrixFile];
      ended.push({ name: "merge", mayFail: false, ...(await qa(merge, interrupt.signal)) });
    }
    process.stdout.write(summary(ended, folder));
    return interrupt.signal.aborted ? EXIT.interrupted : worst(ended);
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    return await reportInvalid(error);
  } finally {
    interrupt.dispose();
  }
}

function outFolder(typed: string | undefined): string {
  const folder = typed ? resolve(userFolder(), typed) : join(REPO_ROOT, "reports", `night-${newRunId()}`);
  if (existsSync(join(folder, "matrix.json")))
    throw new UsageError(`${folder} holds a night already`, "Give --out a folder that is new or empty.");
  return folder;
}

/**
 * Keeps the durations as they are now for the whole night: its own reports may appear below that folder, and shards of
 * one selection that were cut by different durations would not fit together.
 * @returns the file that every job reads instead
 */
async function frozenDurations(typed: string | undefined, folder: string): Promise<string | undefined> {
  if (typed === undefined) return undefined;
  const file = join(folder, "durations.json");
  await writeDurations(file, await readDurations(resolve(userFolder(), typed)));
  return displayPath(file, userFolder());
}

/** Jobs for other operating systems become skipped ones: nobody may wait for their reports. */
function forThisMachine(matrix: Matrix): Matrix {
  const here = osOf(process.platform);
  const jobs = matrix.jobs.map((job) =>
    job.skip || job.os === here
      ? job
      : { ...job, skip: { reason: `it is for ${job.os}`, hint: `This machine has ${here}.` } },
  );
  return { ...matrix, jobs };
}

function shareFolder(folder: string, { id }: Job): string {
  return join(folder, "shares", id);
}

async function runJob(job: Job, folder: string, { jobs }: NightOptions, signal: AbortSignal): Promise<Ended> {
  process.stdout.write(`\n--- ${job.name}\n    ${job.command}\n\n`);
  const args = [...job.args, ...(jobs ? ["--jobs", String(jobs)] : []), "--out", shareFolder(folder, job)];
  return { name: job.name, mayFail: job.mayFail, ...(await qa(args, signal)) };
}

/** Runs one command of this program as the workflow does: in a process of its own. */
async function qa(
  args: readonly string[],
  signal: AbortSignal,
): Promise<Pick<Ended, "exitCode" | "durationMs">> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    // As below a package manager: paths are the user's, and the command ends when this process is gone.
    env: { ...process.env, npm_lifecycle_event: "qa", INIT_CWD: userFolder() },
  });
  // A terminal sends Ctrl-C to both; whoever asks only this process to end means the command too.
  const pass = () => child.kill("SIGTERM");
  signal.addEventListener("abort", pass, { once: true });
  const [exitCode] = (await once(child, "exit")) as [number | null];
  signal.removeEventListener("abort", pass);
  return { exitCode: exitCode ?? EXIT.harness, durationMs: performance.now() - startedAt };
}

/** Exit codes grow with what they say; of a job that may fail only an interrupt counts. */
function worst(ended: readonly Ended[]): number {
  return Math.max(
    ...ended.map(({ exitCode, mayFail }) =>
      mayFail && exitCode !== EXIT.interrupted ? EXIT.passed : exitCode,
    ),
  );
}

function summary(ended: readonly Ended[], folder: string): string {
  const lines = ended.map(({ name, exitCode, durationMs, mayFail }) => {
    const outcome =
      exitCode === EXIT.passed ? "passed" : `exit code ${exitCode}${mayFail ? ", may fail" : ""}`;
    return `${name}: ${outcome}, ${(durationMs / 1000).toFixed(1)} s`;
  });
  return `\n--- the night\n${lines.map((line) => `${line}\n`).join("")}Reports: ${folder}\n`;
}

function nothingRan(): QaError {
  return new QaError("nothing was run: every job of these lanes is skipped", {
    code: "empty-night",
    fault: "environment",
    hint: "`qa matrix` says why.",
  });
}
