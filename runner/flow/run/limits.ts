import { stretched } from "../../base/slow.ts";
import { after, type Cancel } from "../../base/timers.ts";

/** Time limits of a flow, in milliseconds; all of them are longer on a slow machine. */
export interface FlowLimits {
  /** One action, unless its vocabulary entry declares a budget. */
  actionMs: number;
  /** One step, unless it has a `timeoutMs` of its own; it trails the budgets of its actions. */
  stepMs: number;
  /** What `finally` blocks may still take after a step or the scenario ran out of time. */
  cleanupMs: number;
  /** An expression that computes without awaiting; default 10 000. */
  evaluationMs?: number;
}

/** Head start of the wait inside a watchdog, so that the one that knows more reports first. */
export const GRACE_MS = 5_000;

/**
 * A signal that aborts when time runs out or `parent` aborts. Its maker must stop it, best with
 * `using`: no timer outlives what it watches.
 */
export class Watchdog implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #expire: (afterMs: number) => unknown;
  readonly #onParentAbort = (): void => this.#controller.abort(this.#parent.reason);
  readonly #startedAt = performance.now();
  #limitMs: number;
  #cancel: Cancel | undefined;

  /** @param expire makes the reason of the abort when time runs out */
  constructor(parent: AbortSignal, limitMs: number, expire: (afterMs: number) => unknown) {
    this.#parent = parent;
    this.#limitMs = stretched(limitMs);
    this.#expire = expire;
    if (parent.aborted) this.#onParentAbort();
    else parent.addEventListener("abort", this.#onParentAbort, { once: true });
    this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Makes sure that at least `ms` are left from now on. */
  allow(ms: number): void {
    const limitMs = performance.now() - this.#startedAt + stretched(ms);
    if (limitMs <= this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#arm();
  }

  /** Aborts the signal, even after the watch is over. */
  end(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#parent.removeEventListener("abort", this.#onParentAbort);
  }

  #arm(): void {
    this.#cancel?.();
    if (this.signal.aborted) return;
    const left = this.#limitMs - (performance.now() - this.#startedAt);
    const expire = (): void => this.#controller.abort(this.#expire(Math.round(this.#limitMs)));
    this.#cancel = after(left, expire);
  }
}

/** The signal of a `finally` block: it aborts only when the cleanup budget after `parent`'s abort is used up. */
export class CleanupWindow implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #open: () => void;
  #cancel: Cancel | undefined;

  /** @param expire makes the reason of the abort */
  constructor(parent: AbortSignal, budgetMs: number, expire: () => unknown) {
    this.#parent = parent;
    this.#open = () => {
      this.#cancel = after(stretched(budgetMs), () => this.#controller.abort(expire()));
    };
    if (parent.aborted) this.#open();
    else parent.addEventListener("abort", this.#open, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#parent.removeEventListener("abort", this.#open);
  }
}
