import { randomBytes } from "node:crypto";
import { errorMessage, QaError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { userFolder } from "../base/invocation.ts";
import { Teardown } from "../base/teardown.ts";
import { formatDuration } from "../base/text.ts";
import { after, every } from "../base/timers.ts";
import { printNote } from "./redacted.ts";

/** Time to end what a command started, in addition to what each scenario has of its own. */
export const TEARDOWN_MS = 30_000;

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** What a long-running command is given. */
export interface Session {
  /** Fires on Ctrl-C; its reason is the error to report. */
  signal: AbortSignal;
  teardown: Teardown;
  /** How many promises that no step waited for have failed so far. */
  strays(): number;
}

/**
 * Runs a command's work: ends cleanly on Ctrl-C, tears down, and shows errors in scenario, lanes or quarantine files as
 * `qa check` does.
 * @returns the exit code, which is no success if something was left behind or failed where nobody waited for it
 * @throws what `work` throws, except for such errors
 */
export async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const interrupt = watchInterrupt();
  const strays = watchStrayRejections();
  const teardown = new Teardown();
  let exitCode: number;
  let problems: string[] = [];
  try {
    exitCode = await work({ signal: interrupt.signal, teardown, strays: strays.count });
  } catch (error) {
    // That there was an interrupt says more than what it broke.
    exitCode = await reportInvalid(interrupt.signal.aborted ? interrupt.signal.reason : error);
  } finally {
    problems = await teardown.run(TEARDOWN_MS);
    for (const problem of problems) printNote(`clean-up: ${problem}\n`);
    interrupt.dispose();
    strays.dispose();
  }
  return problems.length + strays.count() > 0 ? Math.max(exitCode, EXIT.harness) : exitCode;
}

/**
 * Turns the first Ctrl-C (or a request to end) into an orderly end of the run: running scenarios are cut
 * off and torn down. The second one ends the program at once.
 */
function watchInterrupt(): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    // Exit handlers end the gateways' process groups.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(
      new QaError(`the run was interrupted (${name})`, { code: "interrupted", fault: "environment" }),
    );
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  // A package manager runs us through a shell that does not pass signals on: when it is gone, so are we.
  const parent = process.ppid;
  const look = () => {
    if (process.ppid !== parent && !controller.signal.aborted) interrupt("SIGHUP");
  };
  const stopWatch = process.env.npm_lifecycle_event ? every(500, look, { unref: true }) : undefined;
  return {
    signal: controller.signal,
    dispose() {
      stopWatch?.();
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}

/**
 * A promise that a scenario's expression starts but does not await belongs to no step. Its failure must neither end the
 * program in the middle of a run, which would leave gateways behind, nor go unnoticed.
 */
function watchStrayRejections(): { count(): number; dispose(): void } {
  let count = 0;
  const report = (reason: unknown) => {
    count += 1;
    printNote(
      `error: something failed that no step waited for: ${errorMessage(reason)}  [stray-rejection]\n` +
        "Look for an expression that starts something without `await`.\n",
    );
  };
  process.on("unhandledRejection", report);
  return { count: () => count, dispose: () => process.off("unhandledRejection", report) };
}

/** Shows errors in the files that a command works with, and rethrows anything else. @returns the exit code */
export async function reportInvalid(error: unknown): Promise<number> {
  const { InvalidFiles } = await import("../scenario/source/invalid-files.ts");
  if (!(error instanceof InvalidFiles)) throw error;
  const { formatDiagnostics } = await import("../scenario/source/format.ts");
  const text = await formatDiagnostics(error.diagnostics, process.stderr, userFolder());
  printNote(`${text}\n\nerror: ${error.message}  [${error.code}]\n${error.hint}\n`);
  return EXIT.invalid;
}

/** Sorts by time; the random part distinguishes two runs of the same second. */
export function newRunId(): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "")
    .replace("T", "-");
  return `${time}-${randomBytes(2).toString("hex")}`;
}

/**
 * The time that a whole run may take.
 * @param limitMs milliseconds from now; undefined means no limit
 * @returns a signal that fires when the time is up, and what stops the clock
 */
export function limitRunTime(limitMs: number | undefined): { up: AbortSignal; stop(): void } {
  const end = new AbortController();
  if (limitMs === undefined) return { up: end.signal, stop() {} };
  const expire = () =>
    end.abort(
      new QaError(`the run took longer than ${formatDuration(limitMs)}`, {
        code: "run-timeout",
        fault: "environment",
        hint: "Give it more time with --timeout, or fewer scenarios.",
      }),
    );
  return { up: end.signal, stop: after(limitMs, expire) };
}
