import type { Gates } from "./gates.ts";
import type { RecordedRequest } from "./recorder.ts";

/** A model that is to stop, or has stopped, in the middle of a turn. */
export interface HeldContinuation {
  /** Resolves once the model is stopped there. */
  held: Promise<RecordedRequest>;
  release(): void;
}

interface Armed {
  gate: string;
  held: PromiseWithResolvers<RecordedRequest>;
}

/** Stops the model at requests that carry a tool result, one for each time it was asked to. */
export class Continuations {
  readonly #gates: Gates;
  readonly #armed: Armed[] = [];
  #count = 0;

  constructor(gates: Gates) {
    this.#gates = gates;
  }

  holdNext(): HeldContinuation {
    this.#count += 1;
    const armed: Armed = { gate: `continuation ${this.#count}`, held: Promise.withResolvers() };
    this.#armed.push(armed);
    this.#gates.hold(armed.gate);
    return { held: armed.held.promise, release: () => this.#gates.release(armed.gate) };
  }

  /** The gate that this request has to pass, if it is one to stop at. */
  take(request: RecordedRequest): string | undefined {
    const armed = this.#armed.shift();
    armed?.held.resolve(request);
    return armed?.gate;
  }
}
