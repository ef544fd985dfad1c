/**
 * Wakes the waits when something may have changed: a bus event, an RPC event, a log line, a process exit.
 * A wait re-checks its condition on every wake-up, so it reacts in milliseconds without polling.
 */
export class Wakeups {
  #listeners = new Set<() => void>();

  /** Something happened. Cheap; called for every event. */
  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns the function that ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
