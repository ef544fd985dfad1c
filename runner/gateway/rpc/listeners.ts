/** Functions that want to hear of something. One that ends its subscription while it is called is no problem. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @returns the function that ends the subscription */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
