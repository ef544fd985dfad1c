import type { Held } from "./realm/realm.ts";

/** Names that exist only inside a block: a forEach's item and index, a caught error. */
export class BlockScope {
  readonly #values: Map<string, Held>;
  readonly #outer: BlockScope | undefined;

  constructor(values: Iterable<readonly [string, Held]>, outer: BlockScope | undefined) {
    this.#values = new Map(values);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#values.has(name) || (this.#outer?.has(name) ?? false);
  }

  get(name: string): Held | undefined {
    return this.#values.has(name) ? this.#values.get(name) : this.#outer?.get(name);
  }

  /** Changes an existing name. */
  set(name: string, value: Held): void {
    if (this.#values.has(name)) this.#values.set(name, value);
    else this.#outer?.set(name, value);
  }
}
