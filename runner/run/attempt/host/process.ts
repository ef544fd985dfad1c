import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";
import { errorMessage } from "../../../base/errors.ts";
import { guardedEnv, guardGroup } from "../../../base/guardian.ts";
import { isSecretName } from "../../../base/secrets/names.ts";
import { after } from "../../../base/timers.ts";
import { encodeFrame, FrameReader } from "../wire/frames.ts";
import { type Answer, type FromAttempt, PIPES, type ToAttempt } from "../wire/messages.ts";

const KEY_BYTES = 32;
/** Far more than any flow needs; one that grows without end is to end before the machine does. */
const HEAP_MB = 1024;
/** What is kept of what it prints: the end. */
const OUTPUT_CHARS = 256 * 1024;
/** Time to read what an ended process has said. */
const DRAIN_MS = 1_000;

/** What a process and the one that is started ahead of its turn need, as long as the scenario does not want more. */
export const ATTEMPT_MEMORY_BYTES = 150 * 1024 * 1024;

/** How a process ended. */
export interface AttemptExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  spawnError?: Error;
}

export interface AttemptListener {
  /** Must not throw. */
  onMessage(message: FromAttempt): void;
  /** Something came over the pipe that the attempt's own program did not send. */
  onForgery(what: string): void;
}

/** Processes that run, for the end of this one. */
const running = new Set<AttemptProcess>();
process.on("exit", () => {
  for (const attempt of running) attempt.kill();
});

/**
 * The process that one attempt's flow runs in. It loads what it needs and waits; it leads a group of its own, so that
 * what a scenario starts ends with it. It holds no secret of the runner's environment.
 */
export class AttemptProcess {
  readonly exit: Promise<AttemptExit>;
  readonly #child: ChildProcess;
  readonly #key = randomBytes(KEY_BYTES);
  readonly #toAttempt: Duplex;
  readonly #fromAttempt: Duplex;
  #isHeard = false;
  #output = "";

  /** @param program path of the file that Node is to run */
  constructor(program: string) {
    const args = ["--disable-warning=ExperimentalWarning", `--max-old-space-size=${HEAP_MB}`, program];
    this.#child = spawn(process.execPath, args, {
      env: guardedEnv(withoutSecrets(process.env)),
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    });
    guardGroup(this.#child);
    running.add(this);
    this.exit = this.#watchExit();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_CHARS);
      });
    }
    this.#toAttempt = this.#pipe(PIPES.toAttempt);
    this.#fromAttempt = this.#pipe(PIPES.fromAttempt);
    this.send({ type: "key", key: this.#key });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The end of what it and what it started have printed. */
  get output(): string {
    return this.#output;
  }

  send(message: ToAttempt): void {
    this.#toAttempt.write(encodeFrame(message));
  }

  /** Answers the question that the attempt stands still for. */
  answer(answer: Answer): void {
    this.#fromAttempt.write(encodeFrame(answer));
  }

  /** Begins to hear what the attempt says, from its first word on. */
  listen({ onMessage, onForgery }: AttemptListener): void {
    this.#isHeard = true;
    const frames = new FrameReader(KEY_BYTES, (bytes) => timingSafeEqual(bytes, this.#key));
    this.#fromAttempt.on("data", (chunk: Buffer) => {
      try {
        for (const message of frames.push(chunk)) onMessage(message as FromAttempt);
      } catch (error) {
        this.#fromAttempt.pause();
        onForgery(errorMessage(error));
      }
    });
  }

  /** Ends it and everything that it has started. It need not be told twice. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  }

  #pipe(index: number): Duplex {
    const pipe = this.#child.stdio[index] as Duplex;
    // It may end while something is on its way to it; that it ended is known from its exit.
    pipe.on("error", () => {});
    return pipe;
  }

  #watchExit(): Promise<AttemptExit> {
    const { promise, resolve } = Promise.withResolvers<AttemptExit>();
    const ended = (exit: AttemptExit) => {
      running.delete(this);
      for (const stream of this.#child.stdio) stream?.destroy();
      resolve(exit);
    };
    this.#child.once("error", (spawnError) => ended({ exitCode: null, signal: null, spawnError }));
    this.#child.once("exit", (exitCode, signal) => {
      // What it has started may live on in its group.
      this.kill();
      const exit = { exitCode, signal };
      if (!this.#isHeard) return ended(exit);
      // Its last words are in its pipes; what has left the group may hold these open.
      const cancel = after(DRAIN_MS, () => ended(exit));
      this.#child.once("close", () => {
        cancel();
        ended(exit);
      });
    });
    return promise;
  }
}

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSecretName(name)));
}
