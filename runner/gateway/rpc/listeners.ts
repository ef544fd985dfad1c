/** Functions that want to hear of something. One may end its subscription while it is called. */
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
