import type { Outcome } from "../attempt/outcome.ts";
import type { PreparedScenario } from "../prepared.ts";
import { Testbed, type TestbedOptions } from "./testbed.ts";

export interface PoolOptions extends TestbedOptions {
  /** Plays scenarios that allow it one after the other on the same testbed. */
  share: boolean;
}

/**
 * The testbeds of a run. By default each scenario gets one of its own. A shared one goes on to the next scenario as
 * long as everything on it passed and is at rest: after a failure nobody knows what state its gateway is in.
 */
export class TestbedPool {
  readonly #options: PoolOptions;
  readonly #ahead = new Map<PreparedScenario, Testbed>();
  readonly #taken = new Set<PreparedScenario>();
  readonly #free: Testbed[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Begins to set the testbed of a scenario whose turn comes later; nothing happens if it has come already. */
  prepare(prepared: PreparedScenario): void {
    if (this.#taken.has(prepared) || this.#ahead.has(prepared) || this.#shares(prepared)) return;
    this.#ahead.set(prepared, new Testbed(prepared, this.#options));
  }

  /** A testbed for an attempt; it goes back with `give`. Only the first attempt may get one that was used before. */
  take(prepared: PreparedScenario): Testbed {
    const ahead = this.#ahead.get(prepared);
    this.#ahead.delete(prepared);
    const shared = !this.#taken.has(prepared) && this.#shares(prepared) ? this.#free.pop() : undefined;
    this.#taken.add(prepared);
    shared?.clearFor(prepared);
    return ahead ?? shared ?? new Testbed(prepared, this.#options);
  }

  /**
   * @param outcome of the attempt
   * @param isLast no other attempt of the scenario follows, which would get a testbed of its own
   * @returns what could not be torn down, when the testbed had to go
   */
  async give(
    testbed: Testbed,
    prepared: PreparedScenario,
    { verdict }: Outcome,
    isLast: boolean,
  ): Promise<string[]> {
    if (verdict !== "passed" || !isLast || !this.#shares(prepared) || !testbed.isAtRest)
      return testbed.close();
    this.#free.push(testbed);
    return [];
  }

  /** @returns what could not be torn down of the testbeds that nobody plays on */
  async close(): Promise<string[]> {
    const left = [...this.#ahead.values(), ...this.#free];
    this.#ahead.clear();
    this.#free.length = 0;
    return (await Promise.all(left.map((testbed) => testbed.close()))).flat();
  }

  #shares({ sharable }: PreparedScenario): boolean {
    return this.#options.share && sharable === true;
  }
}
