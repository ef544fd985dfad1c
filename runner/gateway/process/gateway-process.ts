import { QaError } from "../../base/errors.ts";
import { inShort } from "../../base/text.ts";
import type { Wakeups } from "../../base/wakeups.ts";
import { stoppedError } from "../rpc/errors.ts";
import { Listeners } from "../rpc/listeners.ts";
import type { LogCapture } from "./log.ts";
import { memoryKills } from "./memory-kills.ts";
import { isTooSlow } from "./own-limits.ts";
import type { GatewayProgram } from "./program.ts";
import { describeExit, type ManagedProcess, type ProcessExit, startProcess } from "./start-process.ts";
import type { TempRoot } from "./temp-root.ts";

const TAIL_LINES = 40;
/** A scenario that sends one of these wants the process to end. */
const ENDING_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>([
  "SIGTERM",
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGABRT",
  "SIGKILL",
]);

export interface GatewayProcessOptions {
  program: GatewayProgram;
  tempRoot: TempRoot;
  port: number;
  env: Readonly<Record<string, string>>;
  log: LogCapture;
  wakeups: Wakeups;
  /**
   * The process has ended, and it was not the runner that ended it. The error says how.
   * @returns whether it is being started again
   */
  onUnexpectedEnd(error: QaError): boolean;
}

/** The process of a gateway, one after the other: knows whether an end was intended, a failed start or a crash. */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  readonly #crashes = new Listeners<QaError>();
  #process: ManagedProcess | undefined;
  /** Set before the runner itself ends the process, so that the end is not taken for a crash. */
  #stopping = false;
  /** The process has answered RPC: from now on its end is a crash, before it was a failed start. */
  #booted = false;
  /** The scenario sent a signal that ends the process. */
  #signalled = false;
  /** It has ended, and is being started again. */
  #isComingBack = false;
  /** Before the process was started. */
  #memoryKills: number | undefined;

  constructor(options: GatewayProcessOptions) {
    this.#options = options;
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.exited ? undefined : this.#process?.pid;
  }

  /** @returns when it was started, `performance.now()` time */
  async spawn(): Promise<number> {
    const { program, port, tempRoot, env, log } = this.#options;
    // Stopped before it was started again.
    const isLate = this.#isComingBack && this.#stopping;
    this.#stopping = isLate;
    this.#signalled = false;
    this.#booted = false;
    this.#memoryKills = memoryKills();
    const started = await startProcess({
      file: program.file,
      args: program.args(port),
      cwd: tempRoot.root,
      env,
      stdoutPath: tempRoot.stdoutPath,
      stderrPath: tempRoot.stderrPath,
      log,
    });
    this.#process = started;
    this.#isComingBack = false;
    void started.exit.then((exit) => this.#ended(exit));
    // Stopped while it was being started: nothing else knows of the process.
    if (this.#stopping) await started.stop();
    return started.spawnedAt;
  }

  /** The process answers: its end is a crash from now on. */
  booted(): void {
    this.#booted = true;
  }

  #ended(exit: ProcessExit): void {
    const { wakeups, onUnexpectedEnd } = this.#options;
    if (!this.#stopping) {
      const error = this.#endedError(exit);
      this.#isComingBack = onUnexpectedEnd(error);
      if (this.#isComingBack) return;
      if (this.#booted && !this.#signalled) this.#crashes.emit(error);
    }
    wakeups.notify();
  }

  /** @throws QaError when the process has ended: then there is nothing to wait for */
  requireAlive(): void {
    const exit = this.#process?.exited;
    if (!exit || this.#isComingBack) return;
    throw this.#stopping ? stoppedError() : this.#endedError(exit);
  }

  #endedError(exit: ProcessExit): QaError {
    const { program } = this.#options;
    if (
      exit.signal === "SIGKILL" &&
      !this.#signalled &&
      (memoryKills() ?? 0) > (this.#memoryKills ?? Infinity)
    ) {
      return new QaError(`the system ended the gateway process (${program.target}) for want of memory`, {
        code: "gateway-out-of-memory",
        fault: "environment",
        hint: "Give the machine or the container more memory, or run fewer scenarios at the same time with --jobs.",
        details: this.logTail() || "(it logged nothing)",
      });
    }
    const when = !this.#booted
      ? "ended before it was ready"
      : this.#signalled
        ? "ended"
        : "ended unexpectedly";
    const log = this.logTail();
    const words = this.#booted ? undefined : lastWords(log);
    const how = [describeExit(exit), words].filter(Boolean).join(": ");
    if (!this.#booted && isTooSlow(log)) {
      return new QaError(
        `the gateway process (${program.target}) did not keep a limit of its own start: ${how}`,
        {
          code: "gateway-start-failed",
          fault: "environment",
          hint: "Such limits are kept on a machine that does little else: run fewer scenarios at the same time with --jobs.",
          details: log,
        },
      );
    }
    return new QaError(`the gateway process (${program.target}) ${when}: ${how}`, {
      code: this.#booted ? "gateway-crashed" : "gateway-start-failed",
      fault: "product",
      hint: "The last lines of its log are below; the whole log is in the report folder.",
      details: log || "(it logged nothing)",
    });
  }

  /** It was to be started again, and that did not succeed: it has crashed. */
  giveUp(error: QaError): void {
    this.#isComingBack = false;
    if (!this.#stopping) this.#crashes.emit(error);
  }

  /** The last lines of its log, for errors. */
  logTail = (): string => this.#options.log.tail(TAIL_LINES);

  /** See `GatewayUnderTest.onCrash`. */
  onCrash(listener: (error: QaError) => void): () => void {
    return this.#crashes.add(listener);
  }

  /** A signal of the gateway's own ways to restart. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  /** A signal of the scenario: an end that it causes is not a crash. */
  signalForScenario(signal: NodeJS.Signals): void {
    if (ENDING_SIGNALS.has(signal)) this.#signalled = true;
    this.signal(signal);
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#process?.stop();
  }
}

/** Of a program that gives up, the last line that says why is the one that counts. */
function lastWords(log: string): string | undefined {
  const line = log
    .split("\n")
    .findLast((each) => /^gateway: |\b(?:error|fatal|invalid|cannot)\b/i.test(each));
  return line && inShort(line.replace(/^(?:gateway: |\S*\d\d:\d\d:\d\d\S* )/, ""));
}
