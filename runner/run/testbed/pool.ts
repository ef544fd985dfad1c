import type { Outcome } from "../attempt/outcome.ts";
import type { PreparedScenario } from "../prepared.ts";
import { Stage, type StageOptions } from "./testbed.ts";

export interface StagesOptions extends StageOptions {
  /** Plays scenarios that allow it one after the other on the same stage. */
  share: boolean;
}

/**
 * The stages of a run. By default each scenario gets one of its own. A shared one goes on to the next scenario as
 * long as everything on it passed and is at rest: after a failure nobody knows what state its gateway is in.
 */
export class Stages {
  readonly #options: StagesOptions;
  readonly #ahead = new Map<PreparedScenario, Stage>();
  readonly #taken = new Set<PreparedScenario>();
  readonly #free: Stage[] = [];

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  /** Begins to set the stage of a scenario whose turn comes later; nothing happens if it has come already. */
  prepare(prepared: PreparedScenario): void {
    if (this.#taken.has(prepared) || this.#ahead.has(prepared) || this.#shares(prepared)) return;
    this.#ahead.set(prepared, new Stage(prepared, this.#options));
  }

  /** A stage for an attempt; it goes back with `give`. Only the first attempt may get one that was used before. */
  take(prepared: PreparedScenario): Stage {
    const ahead = this.#ahead.get(prepared);
    this.#ahead.delete(prepared);
    const shared = !this.#taken.has(prepared) && this.#shares(prepared) ? this.#free.pop() : undefined;
    this.#taken.add(prepared);
    shared?.clearFor(prepared);
    return ahead ?? shared ?? new Stage(prepared, this.#options);
  }

  /**
   * @param outcome of the attempt
   * @param isLast no other attempt of the scenario follows, which would get a stage of its own
   * @returns what could not be torn down, when the stage had to go
   */
  async give(
    stage: Stage,
    prepared: PreparedScenario,
    { verdict }: Outcome,
    isLast: boolean,
  ): Promise<string[]> {
    if (verdict !== "passed" || !isLast || !this.#shares(prepared) || !stage.isAtRest) return stage.close();
    this.#free.push(stage);
    return [];
  }

  /** @returns what could not be torn down of the stages that nobody plays on */
  async close(): Promise<string[]> {
    const left = [...this.#ahead.values(), ...this.#free];
    this.#ahead.clear();
    this.#free.length = 0;
    return (await Promise.all(left.map((stage) => stage.close()))).flat();
  }

  #shares({ sharable }: PreparedScenario): boolean {
    return this.#options.share && sharable === true;
  }
}
