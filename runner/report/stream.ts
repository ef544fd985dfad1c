import { endsWithin } from "../base/abort.ts";
import { errorMessage } from "../base/errors.ts";
import type { RunEvent } from "./events.ts";

/** Receives every event of a run, in order and one at a time. */
export interface Reporter {
  readonly name: string;
  /** The next event is held back until a returned promise settles. */
  onEvent(event: RunEvent): void | Promise<void>;
  /** Called once after the last event, also when `onEvent` failed before, so that resources are released. */
  finish?(): void | Promise<void>;
  /** It may fail in `finish`, and is finished before those that write down how the run ended. */
  readonly finishesEarly?: boolean;
}

export interface ReporterFailure {
  reporter: string;
  message: string;
}

export interface EventStreamOptions {
  /** Last line of defence against secrets in reports; applied once to each event. */
  redact: <T>(value: T) => T;
  /** Receives one line per failed reporter; default is stderr. */
  warn?: (line: string) => void;
}

/**
 * Hands events to reporters. A reporter that throws or hangs is cut off and recorded in `failures`;
 * the others and the run itself go on.
 */
export class EventStream {
  readonly #redact: <T>(value: T) => T;
  readonly #warn: (line: string) => void;
  readonly #subscriptions: Subscription[] = [];
  readonly #failures: ReporterFailure[] = [];
  #closed = false;

  constructor(options: EventStreamOptions) {
    this.#redact = options.redact;
    this.#warn = options.warn ?? ((line) => process.stderr.write(`${line}\n`));
  }

  /** What went wrong in reporters so far. A run with failures is not a success. */
  get failures(): readonly ReporterFailure[] {
    return this.#failures;
  }

  /** Adds a reporter; it sees the events emitted from now on. */
  subscribe(reporter: Reporter): void {
    this.#subscriptions.push(new Subscription(reporter, (error) => this.#failed(reporter.name, error)));
  }

  /** Never throws. A reporter that is idle and synchronous has seen the event on return. */
  emit(event: RunEvent): void {
    if (this.#closed) return;
    let redacted: RunEvent;
    try {
      redacted = this.#redact(event);
    } catch (error) {
      // Better a missing event, which the report shows as a missing result, than a leaked secret.
      this.#failed("redaction", error);
      return;
    }
    for (const subscription of this.#subscriptions) subscription.deliver(redacted);
  }

  /** Waits until every reporter has handled what was emitted so far; one that takes longer has failed. */
  async settle(budgetMs: number): Promise<void> {
    await Promise.all(
      this.#subscriptions.map(async (subscription) => {
        if (!(await endsWithin(subscription.idle, budgetMs))) {
          subscription.fail(new Error(`did not handle its events within ${budgetMs} ms`));
        }
      }),
    );
  }

  /**
   * Settles, then finishes the reporters that finish early: they see none of the events emitted later.
   * @param budgetMs for each of the two phases
   */
  async finishEarly(budgetMs: number): Promise<void> {
    await this.settle(budgetMs);
    await this.#finish(
      this.#subscriptions.filter(({ finishesEarly }) => finishesEarly),
      budgetMs,
    );
  }

  /**
   * Ends the stream: settles, then finishes every other reporter. Events emitted later are dropped.
   * @param budgetMs for each of the two phases
   */
  async close(budgetMs: number): Promise<void> {
    this.#closed = true;
    await this.settle(budgetMs);
    await this.#finish(this.#subscriptions, budgetMs);
  }

  async #finish(subscriptions: readonly Subscription[], budgetMs: number): Promise<void> {
    await Promise.all(
      subscriptions.map(async (subscription) => {
        if (!(await endsWithin(subscription.finish(), budgetMs))) {
          subscription.fail(new Error(`did not finish within ${budgetMs} ms`));
        }
      }),
    );
  }

  #failed(reporter: string, error: unknown): void {
    const message = errorMessage(error);
    this.#failures.push({ reporter, message });
    this.#warn(`The ${reporter} report is incomplete: ${message}`);
  }
}

/** One reporter with its queue. */
class Subscription {
  idle: Promise<void> = Promise.resolve();
  readonly #reporter: Reporter;
  readonly #onFailure: (error: unknown) => void;
  readonly #queue: RunEvent[] = [];
  #busy = false;
  #failed = false;
  #finished = false;

  constructor(reporter: Reporter, onFailure: (error: unknown) => void) {
    this.#reporter = reporter;
    this.#onFailure = onFailure;
  }

  get finishesEarly(): boolean {
    return this.#reporter.finishesEarly === true;
  }

  deliver(event: RunEvent): void {
    if (this.#failed || this.#finished) return;
    this.#queue.push(event);
    if (!this.#busy) this.idle = this.#drain();
  }

  /** Does nothing the second time. */
  async finish(): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    try {
      await this.#reporter.finish?.();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Cuts the reporter off; only its first failure is told, the others follow from it. */
  fail(error: unknown): void {
    this.#queue.length = 0;
    this.idle = Promise.resolve();
    if (this.#failed) return;
    this.#failed = true;
    this.#onFailure(error);
  }

  /** Runs synchronously as long as the reporter does, so that a crash of the runner loses no event. */
  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
        const pending = this.#reporter.onEvent(event);
        if (pending) await pending;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#busy = false;
    }
  }
}
