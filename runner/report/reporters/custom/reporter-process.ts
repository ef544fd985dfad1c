import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { endsWithin } from "../../../base/abort.ts";
import { UsageError } from "../../../base/errors.ts";
import { guardedEnv, guardGroup } from "../../../base/guardian.ts";
import { isJsonObject } from "../../../base/json.ts";
import { PROGRAMS } from "../../../base/places.js";
import { CHANNEL, lineSplitter, type Request } from "./protocol.ts";

const LONGEST_ANSWER = 100_000;
const HAS_GROUPS = process.platform !== "win32";
/** Between the end of its pipe and that of the process. */
const EXIT_BUDGET_MS = 1_000;

/**
 * The process of one reporter. Its output goes where the runner's goes; it is the leader of a process group of its own, so
 * that Ctrl-C is the runner's affair, and that what it starts ends with it.
 */
export class ReporterProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #requests = 0;
  /** What it failed in between two requests. */
  #stray: Error | undefined;
  /** Why it answers no more. */
  #gone: Error | undefined;
  #killed = false;

  constructor() {
    this.#child = spawn(process.execPath, [PROGRAMS.reporterHost], {
      detached: HAS_GROUPS,
      env: guardedEnv(process.env),
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    guardGroup(this.#child);
    const kill = () => this.#kill();
    process.once("exit", kill);
    this.#exited = once(this.#child, "exit").finally(() => process.off("exit", kill));
    this.#exited.catch((error: Error) => this.#end(error));
    this.#channel = this.#child.stdio[CHANNEL] as Duplex;
    this.#channel.setEncoding("utf8");
    const split = lineSplitter((line) => this.#take(line), LONGEST_ANSWER);
    this.#channel.on("data", (piece: string) => {
      try {
        split(piece);
      } catch (error) {
        this.#end(new Error(`it sent what is no answer: ${(error as Error).message}`));
      }
    });
    // A write to a process that is gone; the end says more.
    this.#channel.on("error", () => {});
    this.#channel.on("close", () => void this.#closed());
  }

  /** @throws UsageError or Error with what it answers, what it failed in meanwhile, or why it cannot answer */
  async ask(request: Request): Promise<void> {
    if (this.#stray && request.type !== "finish") throw this.#stray;
    if (this.#gone) throw this.#gone;
    const answered = Promise.withResolvers<void>();
    this.#requests += 1;
    this.#waiting.set(this.#requests, answered);
    this.#channel.write(`${JSON.stringify({ id: this.#requests, request })}\n`);
    return answered.promise;
  }

  /**
   * Lets it finish, and ends it. One that has not answered yet is not asked for more.
   * @throws as `ask`
   */
  async finish(): Promise<void> {
    if (this.#waiting.size > 0) this.#end(new Error("it has not answered"));
    await this.ask({ type: "finish" });
    this.#channel.end();
    await this.#exited;
    if (this.#stray) throw this.#stray;
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    this.#kill();
    await this.#exited.catch(() => {});
  }

  #take(line: string): void {
    const message: unknown = JSON.parse(line);
    if (!isJsonObject(message)) throw new TypeError("no object");
    const { id, problem, hint } = message;
    const error =
      typeof problem !== "string"
        ? undefined
        : typeof hint === "string"
          ? new UsageError(problem, hint)
          : new Error(problem);
    if (id === undefined) {
      this.#stray ??= error;
      return;
    }
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined;
    if (!waiting) throw new RangeError("nothing was asked");
    this.#waiting.delete(id as number);
    if (error) waiting.reject(error);
    else waiting.resolve();
  }

  async #closed(): Promise<void> {
    const ended = await endsWithin(this.#exited, EXIT_BUDGET_MS).catch(() => true);
    const { exitCode, signalCode } = this.#child;
    const how = signalCode ? `by ${signalCode}` : `with exit code ${exitCode}`;
    this.#end(new Error(ended ? `its process ended ${how} before the run did` : "it closed its pipe"));
  }

  /** Whoever waits for it need not wait any longer. */
  #end(cause: Error): void {
    this.#gone ??= cause;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
    this.#waiting.clear();
    this.#kill();
  }

  /** With everything that it started; once, because its id may be another's later. */
  #kill(): void {
    const { pid } = this.#child;
    if (this.#killed || pid === undefined) return;
    this.#killed = true;
    try {
      process.kill(HAS_GROUPS ? -pid : pid, "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
  }
}
