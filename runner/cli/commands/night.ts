import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { QaError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { guardedEnv } from "../../base/guardian.ts";
import { typedCommand, userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { PROGRAMS } from "../../base/places.js";
import type { Job, Matrix } from "../../results/merge/matrix-schema.ts";
import { addOptions, toArgs } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print } from "../redacted.ts";
import { newRunId, withSession } from "../session.ts";
import { outFolder } from "../workspace.ts";

type NightOptions = OptionsOf<"night">;

/** How a job or the merge ended. */
interface Ended {
  name: string;
  exitCode: number;
  durationMs: number;
  mayFail: boolean;
}

/** Declares `qa night`. */
export function addNightCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("night")
    .description("run the jobs of lanes one after another on this machine, and merge what they report")
    .argument("[lanes...]", "names of lanes; default: those that the lanes file lists under `night`")
    .addHelpText(
      "after",
      examples("qa night", "qa night smoke --jobs 2", "qa night --durations reports --out tonight"),
    );
  return addOptions(command, "night").action(async (names: string[], options: NightOptions) =>
    finish(await night(names, options)),
  );
}

/**
 * Does on this machine what the nightly workflow does on many: plans the jobs, runs each with its own `qa run`, and
 * merges their reports with `qa merge`. One job's failure does not stop the others.
 */
function night(names: readonly string[], options: NightOptions): Promise<number> {
  return withSession(async ({ signal }) => {
    const [{ loadLanes }, { planLanes, writeMatrix }, { osOf }] = await Promise.all([
      import("../lanes-file.ts"),
      import("../plan-lanes.ts"),
      import("../../lanes/job.ts"),
    ]);
    const chosen = names.length > 0 ? names : (loadLanes(options.lanes).value.night ?? []);
    const folder = outFolder(options.out, "night", `night-${newRunId()}`);
    const durations = await frozenDurations(options.durations, folder);
    const matrix = forThisMachine(
      await planLanes(chosen, { ...options, durations }, signal),
      osOf(process.platform),
    );
    const matrixFile = join(folder, "matrix.json");
    await writeMatrix(matrixFile, matrix);
    for (const note of matrix.notes) print(`note: ${note}\n`);

    const ended: Ended[] = [];
    for (const job of matrix.jobs) {
      if (job.skip) print(`\n--- ${job.name}: skipped, ${job.skip.reason}. ${job.skip.hint}\n`);
      else if (!signal.aborted) ended.push(await runJob(job, folder, options, signal));
    }
    if (ended.length === 0 && !signal.aborted) throw nothingRan();
    if (!signal.aborted) {
      // Even if no job left anything: the merge is what notices a missing report, also of a job that may fail.
      const shares = join(folder, "shares");
      await mkdir(shares, { recursive: true });
      const merge = ["merge", shares, ...toArgs({ expect: matrixFile, out: join(folder, "merged") })];
      ended.push({ name: "merge", mayFail: false, ...(await qa(merge, signal)) });
    }
    print(summary(ended, folder));
    return signal.aborted ? EXIT.interrupted : worst(ended);
  });
}

/**
 * Keeps the current durations for the whole night: its own reports may appear below that folder, and shards of one
 * selection that were cut by different durations would not fit together.
 * @returns the file that every job reads instead
 */
async function frozenDurations(typed: string | undefined, folder: string): Promise<string | undefined> {
  if (typed === undefined) return undefined;
  const { readDurations, writeDurations } = await import("../../lanes/durations.ts");
  const file = join(folder, "durations.json");
  await writeDurations(file, await readDurations(resolve(userFolder(), typed)));
  return displayPath(file, userFolder());
}

/** Turns jobs for other operating systems into skipped ones, whose reports are not expected. */
function forThisMachine(matrix: Matrix, here: string): Matrix {
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
  print(`\n--- ${job.name}\n    ${job.command}\n\n`);
  const args = [...job.args, ...toArgs({ jobs, out: shareFolder(folder, job) })];
  return { name: job.name, mayFail: job.mayFail, ...(await qa(args, signal)) };
}

/** Runs one command of this program as the workflow does, in its own process. */
async function qa(
  args: readonly string[],
  signal: AbortSignal,
): Promise<Pick<Ended, "exitCode" | "durationMs">> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [PROGRAMS.main, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    cwd: userFolder(),
    // As under a package manager, the command ends when this process is gone.
    env: guardedEnv({ ...process.env, npm_lifecycle_event: "qa", GATEWAY_QA_COMMAND: typedCommand() }),
  });
  // A terminal sends Ctrl-C to both; a signal that only this process gets is meant for the command too.
  const pass = () => child.kill("SIGTERM");
  signal.addEventListener("abort", pass, { once: true });
  const [exitCode] = (await once(child, "exit")) as [number | null];
  signal.removeEventListener("abort", pass);
  return { exitCode: exitCode ?? EXIT.harness, durationMs: performance.now() - startedAt };
}

/** The highest exit code is the worst; for a job that may fail, only an interrupt counts. */
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
