import { endsWithin } from "../base/abort.ts";
import { errorMessage } from "../base/errors.ts";
import { stretched } from "../base/slow.ts";
import type { LoggedEvent, RecordEvent, RunEvent } from "./events.ts";
import { isRecord } from "./record.ts";
import { RunState } from "./run-state.ts";

/** What a reporter may ask about the run so far. */
export type RunView = Pick<RunState, "started" | "scenario" | "report">;

/**
 * The order in which reporters finish: the user's own, which may fail; those of the tool; then what is read again later,
 * report.json and, last of all, the event log.
 */
export const FINISHING_ORDER = ["first", "normal", "late", "last"] as const;

/** Receives every event of a run, in order and one at a time. */
export interface Reporter {
  readonly name: string;
  /** When it finishes; default is `normal`. */
  readonly finishes?: (typeof FINISHING_ORDER)[number];
  /**
   * The next event is held back until a returned promise settles.
   * @param run includes the event, and for a reporter that takes its time what happened since
   */
  onEvent(event: RunEvent, run: RunView): void | Promise<void>;
  /** The same for what happened besides; only for whoever keeps it, and at once: there may be very many. */
  onRecord?(event: RecordEvent): void;
  /** Called once after the last event, even when `onEvent` failed before, so that resources are released. */
  finish?(run: RunView): void | Promise<void>;
}

export interface ReporterFailure {
  reporter: string;
  message: string;
}

export interface EventStreamOptions {
  /** Last line of defence against secrets in reports, and against texts too long for them; applied once to each event. */
  redact: (event: LoggedEvent) => LoggedEvent;
  /** Receives one line per failed reporter; default is stderr. */
  warn?: (line: string) => void;
}

export function printWarning(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Hands events to reporters. A reporter that throws or hangs is cut off and recorded in `failures`;
 * the others and the run itself go on.
 */
export class EventStream {
  readonly #redact: EventStreamOptions["redact"];
  readonly #warn: (line: string) => void;
  readonly #subscriptions: Subscription[] = [];
  readonly #failures: ReporterFailure[] = [];
  /** What the events come to: folded once, for all reporters. */
  readonly run = new RunState();

  constructor(options: EventStreamOptions) {
    this.#redact = options.redact;
    this.#warn = options.warn ?? printWarning;
  }

  /** What went wrong in reporters so far. A run with failures is not a success. */
  get failures(): readonly ReporterFailure[] {
    return this.#failures;
  }

  /** Adds a reporter; it sees the events emitted from now on. */
  subscribe(reporter: Reporter): void {
    this.#subscriptions.push(
      new Subscription(reporter, this.run, (error) => this.#failed(reporter.name, error)),
    );
  }

  /** Never throws. A reporter that is idle and synchronous has seen the event on return. */
  emit(event: LoggedEvent): void {
    let redacted: LoggedEvent;
    try {
      redacted = this.#redact(event);
    } catch (error) {
      // Better a missing event, which the report shows as a missing result, than a leaked secret.
      this.#failed("redaction", error);
      return;
    }
    if (!isRecord(redacted)) this.run.apply(redacted);
    for (const subscription of this.#subscriptions) subscription.deliver(redacted);
  }

  /**
   * Waits until every reporter has handled what was emitted so far.
   * @param budgetMs a reporter that handles not even one event in so many milliseconds has failed
   */
  async settle(budgetMs: number): Promise<void> {
    const limitMs = stretched(budgetMs);
    await Promise.all(
      this.#subscriptions.map(async (subscription) => {
        let handled = -1;
        while (subscription.handled > handled) {
          handled = subscription.handled;
          if (await endsWithin(subscription.idle, limitMs)) return;
        }
        subscription.fail(new Error(`did not handle an event within ${limitMs} ms`));
      }),
    );
  }

  /**
   * Settles, then finishes the reporters whose turn it is: they see none of the events emitted later.
   * @param budgetMs for an event, and for finishing
   */
  async finish(turn: (typeof FINISHING_ORDER)[number], budgetMs: number): Promise<void> {
    await this.settle(budgetMs);
    const limitMs = stretched(budgetMs);
    await Promise.all(
      this.#subscriptions
        .filter(({ finishes }) => finishes === turn)
        .map(async (subscription) => {
          if (!(await endsWithin(subscription.finish(), limitMs))) {
            subscription.fail(new Error(`did not finish within ${limitMs} ms`));
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
  /** Events so far. */
  handled = 0;
  readonly #reporter: Reporter;
  readonly #run: RunView;
  readonly #onFailure: (error: unknown) => void;
  readonly #queue: LoggedEvent[] = [];
  #busy = false;
  #failed = false;
  #finished = false;

  constructor(reporter: Reporter, run: RunView, onFailure: (error: unknown) => void) {
    this.#reporter = reporter;
    this.#run = run;
    this.#onFailure = onFailure;
  }

  get finishes(): (typeof FINISHING_ORDER)[number] {
    return this.#reporter.finishes ?? "normal";
  }

  deliver(event: LoggedEvent): void {
    if (this.#failed || this.#finished || (isRecord(event) && !this.#reporter.onRecord)) return;
    this.#queue.push(event);
    if (!this.#busy) this.idle = this.#drain();
  }

  /** Does nothing the second time. */
  async finish(): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    try {
      await this.#reporter.finish?.(this.#run);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Cuts the reporter off; only its first failure is reported, the others follow from it. */
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
        const pending = isRecord(event)
          ? this.#reporter.onRecord?.(event)
          : this.#reporter.onEvent(event, this.#run);
        if (pending) await pending;
        this.handled += 1;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#busy = false;
    }
  }
}
