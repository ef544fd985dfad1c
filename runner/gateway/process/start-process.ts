import { guardGroup } from "../../base/guardian.ts";
import { stretched } from "../../base/slow.ts";
import type { LogCapture } from "./log.ts";

/** Time between asking a process to stop and ending its group. */
const GRACE_MS = 3000;

export interface ProcessExit {
  /** Undefined when a signal ended it or it never started. */
  exitCode: number | undefined;
  signal: NodeJS.Signals | undefined;
  /** Why it could not be started. */
  spawnError?: string;
}

export interface ProcessOptions {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing is inherited. */
  env: Readonly<Record<string, string>>;
  /** Files that get the raw output. */
  stdoutPath: string;
  stderrPath: string;
  log: LogCapture;
}

/** A child process in a process group of its own, so that it and what it starts end together. */
export interface ManagedProcess {
  readonly pid: number | undefined;
  /** `performance.now()` time. */
  readonly spawnedAt: number;
  /** Set once it has ended and all its output is in the log. */
  readonly exited: ProcessExit | undefined;
  readonly exit: Promise<ProcessExit>;
  /** Sends a signal to the process alone; nothing happens when it is gone. */
  signal(name: NodeJS.Signals): void;
  /** Asks the group to end, then ends it. Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** Loads what starting processes needs: a tenth of a second that is better spent before there is a hurry. */
export function loadExeca(): Promise<typeof import("execa")> {
  return import("execa");
}

/**
 * Starts a process. Its group ends with the runner's orderly exit, and by the guardian's hand when the runner is killed.
 */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const { execa } = await loadExeca();
  const spawnedAt = performance.now();
  const subprocess = execa(options.file, options.args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    killDescendants: true,
    forceKillAfterDelay: stretched(GRACE_MS),
    buffer: false,
    reject: false,
    stdin: "ignore",
    stdout: ["pipe", { file: options.stdoutPath, append: true }],
    stderr: ["pipe", { file: options.stderrPath, append: true }],
  });
  guardGroup(subprocess.nodeChildProcess);
  for (const stream of [subprocess.stdout, subprocess.stderr]) {
    const sink = options.log.sink();
    stream.on("data", (chunk: Buffer) => sink.write(chunk));
    stream.once("close", () => sink.end());
  }
  // A descendant that outlives the process would hold its output open, and with it the end of `subprocess`.
  subprocess.nodeChildProcess.once("exit", () => subprocess.kill("SIGKILL"));

  let exited: ProcessExit | undefined;
  const exit = subprocess.then((result): ProcessExit => {
    exited = {
      exitCode: result.exitCode,
      signal: result.signal,
      spawnError:
        result.exitCode === undefined && result.signal === undefined ? result.shortMessage : undefined,
    };
    return exited;
  });

  return {
    pid: subprocess.pid,
    spawnedAt,
    exit,
    get exited() {
      return exited;
    },
    signal(name) {
      subprocess.nodeChildProcess.kill(name);
    },
    async stop() {
      if (!exited) subprocess.kill("SIGTERM");
      await exit;
    },
  };
}

/** `exit code 1`, `signal SIGKILL`: how a process ended, for people. */
export function describeExit({ exitCode, signal, spawnError }: ProcessExit): string {
  if (spawnError) return `it could not be started: ${spawnError}`;
  return signal ? `signal ${signal}` : `exit code ${exitCode}`;
}
