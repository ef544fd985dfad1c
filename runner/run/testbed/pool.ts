import type { Outcome } from "../attempt/outcome.ts";
import type { PreparedScenario } from "../prepared.ts";
import { needsOf, startsAlike } from "./needs.ts";
import { Testbed, type TestbedOptions } from "./testbed.ts";

export interface PoolOptions extends TestbedOptions {
  /** Ways to break the embedded gateway in every scenario. */
  faults: readonly string[];
  /** Runs scenarios that allow it one after the other on the same testbed. */
  share: boolean;
  /** Absolute; absent where nothing is written. */
  reportFolder?: string;
}

/**
 * The testbeds of a run. By default each scenario gets one of its own. A shared one goes on to the next scenario as
 * long as everything on it passed and is at rest: after a failure the state of its gateway is not known.
 */
export class TestbedPool {
  readonly #options: PoolOptions;
  readonly #ahead = new Map<PreparedScenario, Testbed>();
  readonly #taken = new Set<PreparedScenario>();
  readonly #free: Testbed[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Begins to start the testbed of a scenario whose turn comes later; nothing happens if it has come already. */
  prepare(prepared: PreparedScenario): void {
    if (this.#taken.has(prepared) || this.#ahead.has(prepared) || this.#shares(prepared)) return;
    this.#ahead.set(prepared, this.#newTestbed(prepared));
  }

  /** A testbed for an attempt; it goes back with `give`. Only the first attempt may get one that was used before. */
  take(prepared: PreparedScenario): Testbed {
    const ahead = this.#takeAhead(prepared);
    const shared = !this.#taken.has(prepared) && this.#shares(prepared) ? this.#free.pop() : undefined;
    this.#taken.add(prepared);
    shared?.reset(prepared.scenario.modelScript);
    return ahead ?? shared ?? this.#newTestbed(prepared);
  }

  /**
   * Begins to start a testbed for a run that may come, of this scenario as it will be then: it is taken for one that needs
   * the same of a gateway. One that waits for another is closed.
   */
  async expect(prepared: PreparedScenario): Promise<void> {
    for (const known of this.#ahead.keys()) if (startsAlike(known, prepared)) return;
    await this.dismiss();
    this.#ahead.set(prepared, this.#newTestbed(prepared));
  }

  /** Closes what was started ahead: what it was started from has changed. @returns what could not be torn down */
  async dismiss(): Promise<string[]> {
    const left = [...this.#ahead.values()];
    this.#ahead.clear();
    return (await Promise.all(left.map((testbed) => testbed.close()))).flat();
  }

  #takeAhead(prepared: PreparedScenario): Testbed | undefined {
    const own = this.#ahead.has(prepared)
      ? prepared
      : [...this.#ahead.keys()].find((known) => startsAlike(known, prepared));
    const ahead = own && this.#ahead.get(own);
    if (!own || !ahead) return undefined;
    this.#ahead.delete(own);
    if (ahead.hasEnded) {
      void ahead.close();
      return undefined;
    }
    if (own !== prepared) ahead.rescript(prepared.scenario.modelScript);
    return ahead;
  }

  #newTestbed(prepared: PreparedScenario): Testbed {
    const { faults, gateway, reportFolder } = this.#options;
    const written = gateway.target.kind === "openclaw" ? reportFolder : undefined;
    return new Testbed(this.#options, needsOf(prepared, faults, written));
  }

  /**
   * @param outcome of the attempt
   * @param isLast no other attempt of the scenario follows, which would get a testbed of its own
   * @returns what could not be torn down, when the testbed had to go
   */
  async give(
    testbed: Testbed,
    prepared: PreparedScenario,
    { verdict }: Pick<Outcome, "verdict">,
    isLast: boolean,
  ): Promise<string[]> {
    const stays = verdict === "passed" && isLast && this.#shares(prepared) && testbed.isAtRest;
    if (!stays) return testbed.close();
    this.#free.push(testbed);
    return [];
  }

  /** @returns what could not be torn down of the testbeds that are not in use */
  async close(): Promise<string[]> {
    const free = this.#free.splice(0);
    const problems = await Promise.all([this.dismiss(), ...free.map((testbed) => testbed.close())]);
    return problems.flat();
  }

  #shares({ sharable }: PreparedScenario): boolean {
    return this.#options.share && sharable === true;
  }
}
