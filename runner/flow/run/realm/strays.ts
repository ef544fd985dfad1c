import { errorMessage, QaError } from "../../../base/errors.ts";
import type { Position } from "../../../scenario/source/source.ts";
import { type Act, currentAct } from "../../current-signal.ts";
import { show } from "../evidence.ts";

/** Something that a flow started and never waited for. */
export interface Leak {
  /** For instance `sleep(600000)`. */
  what: string;
  /** Name of the step, and place of the statement, that started it. */
  step: string;
  position: Position;
  /** Message of the error that nobody heard of; absent: it was still running when the flow ended. */
  failure?: string;
}

/** What a flow has started and what did not end yet. */
interface Started {
  what(): string;
  act: Act | undefined;
  /** Something in the context has looked at the promise. */
  looked: boolean;
  failure?: string;
  /** Ends it, in so far as its act's signal does not. */
  clear?(): void;
}

/** Knows the calls and timers of one flow that are still running. */
export class Strays {
  readonly #open = new Map<object, Started>();
  /** Shows an argument of a call that is no plain value. */
  readonly #source: (value: object) => string | undefined;
  #ended = false;

  readonly #onThrow: (thrown: unknown) => void;

  /**
   * @param source a name or the code of what is passed to a call
   * @param onThrow gets what a timer's function throws: no statement is there to hear of it
   */
  constructor(source: (value: object) => string | undefined, onThrow: (thrown: unknown) => void) {
    this.#source = source;
    this.#onThrow = onThrow;
  }

  /** @throws when the flow has ended */
  check(): void {
    if (!this.#ended) return;
    throw new QaError("the flow has ended", { code: "flow-ended", fault: "scenario" });
  }

  matters(): boolean {
    return !this.#ended;
  }

  started(callable: object, args: readonly unknown[], promise: Promise<unknown>): void {
    if (this.#open.has(promise)) return;
    const entry: Started = { what: () => this.#describe(callable, args), act: currentAct(), looked: false };
    this.#open.set(promise, entry);
    promise.then(
      () => this.#open.delete(promise),
      (thrown) => {
        entry.failure = errorMessage(thrown);
        if (entry.looked) this.#open.delete(promise);
      },
    );
  }

  looked(promise: object): void {
    const entry = this.#open.get(promise);
    if (!entry) return;
    entry.looked = true;
    if (entry.failure !== undefined) this.#open.delete(promise);
  }

  timer(timer: object, callable: object, args: readonly unknown[], clear: () => void): void {
    this.#open.set(timer, {
      what: () => this.#describe(callable, args),
      act: currentAct(),
      looked: false,
      clear,
    });
  }

  /** Runs what a timer calls. */
  guard(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      this.#onThrow(thrown);
    }
  }

  done(timer: object): void {
    this.#open.delete(timer);
  }

  /** Ends what is still running; nothing that comes of it reaches the context. */
  end(): Leak[] {
    this.#ended = true;
    const open = [...this.#open.values()];
    this.#open.clear();
    const reason = new QaError("the flow has ended", { code: "flow-ended", fault: "scenario" });
    for (const { act, clear } of open) {
      clear?.();
      act?.end(reason);
    }
    return open.flatMap(({ looked, act, what, failure }) =>
      looked || !act ? [] : [{ what: what(), step: act.step, position: act.position, failure }],
    );
  }

  #describe(callable: object, args: readonly unknown[]): string {
    const shown = args.map((arg) => {
      if (arg === null || (typeof arg !== "object" && typeof arg !== "function")) return show(arg);
      return this.#source(arg) ?? (Array.isArray(arg) ? "[…]" : "{…}");
    });
    const text = shown.join(", ").replaceAll(/\s+/g, " ");
    const { name } = callable as { name?: unknown };
    return `${String(name)}(${text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text})`;
  }
}

const MAX_LENGTH = 100;

/** A leak in one line, for people. */
export function describeLeak({ what, step, position, failure }: Leak): string {
  const fate = failure === undefined ? "was still running" : `failed, and nothing awaited it: ${failure}`;
  return `${what}, called in step "${step}" (line ${position.line}), ${fate}`;
}
