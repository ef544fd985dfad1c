import { statSync } from "node:fs";
import { BlockedError, QaError } from "../../base/errors.ts";
import { PressureWatch } from "../../base/pressure.ts";
import { stretched } from "../../base/slow.ts";
import { every } from "../../base/timers.ts";
import { isListening } from "./listening.ts";
import { type TreeState, treeState } from "./process-tree.ts";

/** A start that is over by then is not looked at. */
const LOOK_MS = 1_000;
/** How long a gateway that could run may go without a sign of progress. */
const SILENT_MS = 60_000;
/** How much CPU time it may use without one: then it computes and gets nowhere, however busy the machine is. */
const FRUITLESS_CPU_MS = 30_000;
/** A gateway that could run for so long since its last sign of progress is not getting on. */
const RECENT_MS = 10_000;
/** Longer than any start took, on any machine on which it came to an end. */
export const BOOT_CEILING_MS = 600_000;

export interface WatchedBoot {
  /** What it is to listen on. */
  port: number;
  /** Undefined while there is no process. */
  pid(): number | undefined;
  /** Grows with every line of its log. */
  logged(): number;
  /** Folders in which it makes files. */
  folders: readonly string[];
  /** End of its log, for the error. */
  logTail(): string;
}

/**
 * Judges a gateway that is starting by what it does and not by the clock. Signs of progress are log lines, another answer
 * of its port, files, disk traffic and processes. What it waits for a CPU does not count against it; CPU time alone is no
 * sign of progress, because a loop without end uses it as well.
 */
export class BootWatch implements Disposable {
  readonly #boot: WatchedBoot;
  readonly #pressure: Pick<PressureWatch, "shortage">;
  readonly #stop = every(stretched(LOOK_MS), () => this.#look(), { unref: true });
  #answer = "";
  #unconnected = false;
  #lookedAt = performance.now();
  #tree: TreeState | undefined;
  #signs = "";
  /** Since the last sign of progress: how long it could have run, and for how long it did. */
  #silentMs = 0;
  #fruitlessCpuMs = 0;

  constructor(boot: WatchedBoot, pressure: Pick<PressureWatch, "shortage"> = new PressureWatch()) {
    this.#boot = boot;
    this.#pressure = pressure;
  }

  /** What its port answers now, in words. @param unconnected there was not even a connection */
  answered(text: string, unconnected: boolean): void {
    this.#answer = text;
    this.#unconnected = unconnected;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  /** @throws QaError `gateway-stuck` when it has shown no progress for too long, `gateway-unreachable` */
  check(): void {
    const spins = this.#fruitlessCpuMs > stretched(FRUITLESS_CPU_MS);
    if (!spins && this.#silentMs <= stretched(SILENT_MS)) return;
    if (this.#unconnected && isListening(this.#boot.port)) throw this.#unreachable();
    const how = spins
      ? `it used ${seconds(this.#fruitlessCpuMs)} of CPU time without a sign of progress`
      : `it could run for ${seconds(this.#silentMs)} and showed no sign of progress`;
    throw new QaError(`the gateway is stuck: ${how}`, {
      code: "gateway-stuck",
      fault: "product",
      hint: "Signs are log lines, an open port, files and processes. A machine that is slow rather than busy needs --slow.",
      details: `${this.#answer}\n${this.#boot.logTail()}`.trim(),
    });
  }

  #unreachable(): QaError {
    return new QaError(
      `the gateway listens on port ${this.#boot.port}, and this machine lets nobody connect to it`,
      {
        code: "gateway-unreachable",
        fault: "environment",
        hint: "Look for a firewall, a sandbox or a network namespace between two processes of this machine.",
        details: this.#answer,
      },
    );
  }

  /**
   * The verdict on a gateway that did not come up in time, though it was getting on, on a machine that was too busy.
   * @param what what it did not do, for the sentence
   * @returns undefined when the machine was not too busy, or the gateway got nowhere
   */
  blamesMachine(what: string): BlockedError | undefined {
    const shortage = this.#pressure.shortage();
    if (shortage === undefined || this.#silentMs > stretched(RECENT_MS)) return undefined;
    return new BlockedError(
      "machine",
      `${what}, but it was getting on, and the machine was too busy: ${shortage}`,
      "Run fewer things at the same time (--jobs), or give everything more time with --slow.",
    );
  }

  #look(): void {
    const now = performance.now();
    const pid = this.#boot.pid();
    const tree = pid === undefined ? undefined : treeState(pid);
    const signs = JSON.stringify([
      this.#answer,
      this.#boot.logged(),
      pid,
      tree?.processes,
      tree?.diskBytes,
      ...this.#boot.folders.map(changedAt),
    ]);
    if (signs !== this.#signs) {
      this.#silentMs = 0;
      this.#fruitlessCpuMs = 0;
    } else {
      const passedMs = now - this.#lookedAt;
      const waitedMs = grown(tree?.waitedMs, this.#tree?.waitedMs);
      this.#silentMs += Math.max(0, passedMs - waitedMs);
      this.#fruitlessCpuMs += grown(tree?.cpuMs, this.#tree?.cpuMs);
    }
    this.#signs = signs;
    this.#tree = tree;
    this.#lookedAt = now;
  }
}

function grown(now = 0, before = 0): number {
  return Math.max(0, now - before);
}

function changedAt(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/**
 * Waits for a gateway that is starting; when the time is up, the fault may be the machine's.
 * @param what what the gateway did not do, for the sentence
 * @param isStarting false when it turns out that it was not even starting
 * @throws BlockedError `machine`; what `wait` throws
 */
export async function judged<T>(
  watch: BootWatch,
  what: string,
  wait: () => Promise<T>,
  isStarting: () => boolean = () => true,
): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    const late = error instanceof QaError && (error.code === "wait-timeout" || error.code === "rpc-timeout");
    throw (late && isStarting() && watch.blamesMachine(what)) || error;
  }
}
