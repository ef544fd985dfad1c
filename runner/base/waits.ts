import { inspect } from "node:util";
import { errorMessage, QaError } from "./errors.ts";
import { stretched } from "./slow.ts";
import { shorten } from "./text.ts";
import { after, type Cancel } from "./timers.ts";
import type { Wakeups } from "./wakeups.ts";

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_INTERVAL_MS = 100;
/** The gateway is on its way back: what the wait is about may still come true. */
const TRANSIENT = new Set(["rpc-closed", "gateway-restarted"]);
/** Wake-ups alone may keep a check busy for a third of the time, not more. */
const REST_PER_CHECK = 2;
const REST_MAX_MS = 20;
/** Checks in a row that wake-ups start at once; each `REST_MAX_MS` allows for one more. */
const BURST = 20;
const SEEN_CHARS = 600;
/** A condition may be a whole function; its place in the file is shown beside. */
const WHAT_CHARS = 240;

export interface WaitOptions {
  /** Milliseconds; default 15 000. More of them on a slow machine. */
  timeoutMs?: number;
  /** `timeoutMs` is the time of which something is said, such as a quiet period, and not a limit. */
  exact?: boolean;
  /** Milliseconds between checks when nothing wakes the wait; default 100. */
  intervalMs?: number;
  /** Completes "timed out waiting for …". */
  what?: string;
  /** More for the timeout error: what there was instead. */
  evidence?: () => string;
  signal?: AbortSignal;
}

/** A check's value counts once it is neither null, undefined nor false. */
export type CheckResult<T> = T | null | undefined | false;

/**
 * Waits for the first value of `check` that counts: at once, after every wake-up, and on the
 * interval as the fallback. A check never runs concurrently with itself.
 * @throws QaError `wait-timeout`; what `check` throws, unless it only says that the gateway restarts;
 *   the reason of `signal`
 */
export function waitForCondition<T>(
  wakeups: Wakeups,
  check: () => CheckResult<T> | Promise<CheckResult<T>>,
  options: WaitOptions = {},
): Promise<T> {
  return new Wait(wakeups, check, options).promise;
}

class Wait<T> {
  readonly promise: Promise<T>;
  readonly #check: () => CheckResult<T> | Promise<CheckResult<T>>;
  readonly #options: WaitOptions;
  readonly #timeoutMs: number;
  readonly #intervalMs: number;
  readonly #settled = Promise.withResolvers<T>();
  readonly #release: (() => void)[] = [];
  #next: Cancel | undefined;
  #state: "idle" | "checking" | "stale" | "done" = "idle";
  /** When a wake-up may start the next check at once; `performance.now()` time. */
  #restedAt = 0;
  /** What is left of the burst at the start of the last check, `#lastAt`. */
  #burst = BURST;
  #lastAt = performance.now();
  #checks = 0;
  #seen: (() => string) | undefined;

  constructor(wakeups: Wakeups, check: () => CheckResult<T> | Promise<CheckResult<T>>, options: WaitOptions) {
    this.promise = this.#settled.promise;
    this.#check = check;
    this.#options = options;
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#timeoutMs = options.exact ? timeoutMs : stretched(timeoutMs);
    this.#intervalMs = Math.max(1, options.intervalMs ?? DEFAULT_INTERVAL_MS);
    const { signal } = options;
    if (signal?.aborted) {
      this.#fail(signal.reason);
      return;
    }
    const cancel = after(this.#timeoutMs, () => this.#fail(this.#timeout()));
    const abort = () => this.#fail(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#release.push(
      cancel,
      () => signal?.removeEventListener("abort", abort),
      wakeups.subscribe(() => this.#wake()),
    );
    void this.#run();
  }

  #wake(): void {
    if (this.#state === "checking") this.#state = "stale";
    if (this.#state !== "idle") return;
    const restMs = this.#restMs();
    if (restMs < 1) void this.#run();
    else this.#runIn(restMs);
  }

  async #run(): Promise<void> {
    this.#next?.();
    this.#state = "checking";
    this.#checks += 1;
    const startedAt = performance.now();
    this.#burst = Math.min(BURST, this.#burst + (startedAt - this.#lastAt) / REST_MAX_MS) - 1;
    this.#lastAt = startedAt;
    try {
      const value = await this.#check();
      if (this.#isDone()) return;
      if (value !== null && value !== undefined && value !== false) {
        this.#finish();
        this.#settled.resolve(value);
        return;
      }
      // Undefined only says what the time-out says.
      this.#seen = value === undefined ? undefined : () => `last value: ${inspectShort(value)}`;
    } catch (error) {
      if (this.#isDone()) return;
      if (!isTransient(error)) {
        this.#fail(error);
        return;
      }
      this.#seen = () => `last error: ${errorMessage(error)}`;
    }
    const endedAt = performance.now();
    const restMs = this.#burst < 1 ? REST_MAX_MS : REST_PER_CHECK * (endedAt - startedAt);
    this.#restedAt = endedAt + Math.min(REST_MAX_MS, restMs);
    const stale = this.#isStale();
    this.#state = "idle";
    // Never in the same tick: a check that causes its own wake-up must not starve the event loop.
    this.#runIn(stale ? this.#restMs() : this.#intervalMs);
  }

  /**
   * A check can cause wake-ups itself (its call makes the gateway log a line). So an expensive one
   * is followed by a rest in proportion, which a cheap one does not notice; and after many in a row
   * each is followed by the longest rest, however cheap it is.
   */
  #restMs(): number {
    return Math.max(0, this.#restedAt - performance.now());
  }

  #runIn(delayMs: number): void {
    this.#next?.();
    this.#next = after(delayMs, () => void this.#run());
  }

  // A wake-up or the timeout may change the state while a check runs: methods, so that it is read again.
  #isStale(): boolean {
    return this.#state === "stale";
  }

  #isDone(): boolean {
    return this.#state === "done";
  }

  #finish(): void {
    this.#state = "done";
    this.#next?.();
    for (const release of this.#release) release();
  }

  #fail(error: unknown): void {
    this.#finish();
    this.#settled.reject(error);
  }

  #timeout(): QaError {
    const { what = "the condition", evidence } = this.#options;
    const running = this.#state === "checking" || this.#state === "stale";
    const details = [
      `checks: ${this.#checks}`,
      this.#seen?.() ?? "",
      running ? "the last check was still running" : "",
      evidence?.() ?? "",
    ];
    return new QaError(`timed out after ${this.#timeoutMs}ms waiting for ${shorten(what, WHAT_CHARS)}`, {
      code: "wait-timeout",
      fault: "product",
      details: details.filter((line) => line !== "").join("\n"),
    });
  }
}

/** Also what the gateway refused for now and says so, such as any call while it is starting. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof QaError)) return false;
  return TRANSIENT.has(error.code) || ("retryable" in error && error.retryable === true);
}

function inspectShort(value: unknown): string {
  const text = inspect(value, { depth: 3, breakLength: 100 });
  return text.length > SEEN_CHARS ? `${text.slice(0, SEEN_CHARS)}…` : text;
}
