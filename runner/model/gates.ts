import { untilAborted } from "../base/abort.ts";

/** Gate that every answer passes. */
export const EVERY_ANSWER = "every answer";

/** Named gates that answers wait at until the flow opens them. */
export class Gates {
  readonly #closed = new Map<string, PromiseWithResolvers<void>>();

  hold(name: string): void {
    if (!this.#closed.has(name)) this.#closed.set(name, Promise.withResolvers());
  }

  /** Opens one gate, or all of them. */
  release(name?: string): void {
    for (const key of name === undefined ? [...this.#closed.keys()] : [name]) {
      this.#closed.get(key)?.resolve();
      this.#closed.delete(key);
    }
  }

  isClosed(name: string): boolean {
    return this.#closed.has(name);
  }

  /** Resolves once the gate is open. @throws the signal's reason */
  async pass(name: string, signal: AbortSignal): Promise<void> {
    for (let gate = this.#closed.get(name); gate; gate = this.#closed.get(name)) {
      await untilAborted(gate.promise, signal);
    }
  }
}
