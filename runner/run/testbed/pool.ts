import type { Outcome } from "../attempt/outcome.ts";
import type { PreparedScenario } from "../prepared.ts";
import { needsOf, startsAlike } from "./needs.ts";
import { Testbed, type TestbedOptions } from "./testbed.ts";

export interface PoolOptions extends TestbedOptions {
  /** Ways to break the embedded gateway in every scenario. */
  faults: readonly string[];
  /** Runs scenarios one after the other on the same testbed, as long as it is proved to be as it was. */
  share: boolean;
  /** Absolute; absent where nothing is written. */
  reportFolder?: string;
}

/** Whether the next scenario gets a testbed, and why not. */
export interface Sharing {
  goesOn: boolean;
  because?: string;
  /** What was not as before the scenario, and is again. */
  putBack: string[];
}

/** What became of a testbed that was given back. */
export interface GivenBack {
  /** What could not be torn down, when the testbed had to go. */
  problems: string[];
  /** Absent where testbeds are not shared. */
  sharing?: Sharing;
}

/**
 * The testbeds of a run. By default each scenario gets one of its own. A shared one goes on to the next scenario that
 * starts alike as long as nothing on it failed and its gateway is proved to be as it was before: after a failure its
 * state is not known.
 */
export class TestbedPool {
  readonly #options: PoolOptions;
  readonly #ahead = new Map<PreparedScenario, Testbed>();
  readonly #taken = new Set<PreparedScenario>();
  readonly #free: Testbed[] = [];
  /** What shared testbeds were started for. */
  readonly #startedFor = new Map<Testbed, PreparedScenario>();
  /** Of those that did not stay, one for each way to start. */
  readonly #ended: PreparedScenario[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Begins to start the testbed of a scenario whose turn comes later; nothing happens if it has come already. */
  prepare(prepared: PreparedScenario): void {
    if (this.#taken.has(prepared) || this.#ahead.has(prepared)) return;
    if (this.#shares(prepared) && !this.#needsSpare(prepared)) return;
    this.#ahead.set(prepared, this.#newTestbed(prepared));
  }

  /** A testbed for an attempt; it goes back with `give`. Only the first attempt may get one that was used before. */
  take(prepared: PreparedScenario): Testbed {
    const shared = this.#takeFree(prepared);
    this.#taken.add(prepared);
    shared?.reset(prepared.scenario.modelScript);
    const testbed = shared ?? this.#takeAhead(prepared) ?? this.#newTestbed(prepared);
    if (!shared && this.#shares(prepared)) this.#startedFor.set(testbed, prepared);
    return testbed;
  }

  /** Whether one is to start ahead for a scenario that may get one that is in use: those before it did not stay. */
  #needsSpare(prepared: PreparedScenario): boolean {
    const isAlike = (other: PreparedScenario) => startsAlike(other, prepared);
    if ([...this.#ahead.keys()].some(isAlike)) return false;
    return this.#ended.some(isAlike) || ![...this.#startedFor.values()].some(isAlike);
  }

  /** Called when a testbed is ready, before the scenario runs. */
  async begin(testbed: Testbed, prepared: PreparedScenario): Promise<void> {
    if (this.#shares(prepared)) await testbed.takeStock();
  }

  #takeFree(prepared: PreparedScenario): Testbed | undefined {
    if (this.#taken.has(prepared) || !this.#shares(prepared)) return undefined;
    const index = this.#free.findIndex((each) => {
      const first = this.#startedFor.get(each);
      return first !== undefined && startsAlike(first, prepared);
    });
    return index < 0 ? undefined : this.#free.splice(index, 1)[0];
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
   * @param onDecided called when the testbed is free for another scenario, or is only to be torn down
   */
  async give(
    testbed: Testbed,
    prepared: PreparedScenario,
    outcome: Pick<Outcome, "verdict">,
    isLast: boolean,
    onDecided: () => void = () => {},
  ): Promise<GivenBack> {
    if (!this.#options.share) {
      onDecided();
      return { problems: await testbed.close() };
    }
    const sharing = await this.#decide(testbed, prepared, outcome, isLast);
    if (sharing.goesOn) this.#free.push(testbed);
    else this.#end(testbed);
    onDecided();
    if (sharing.goesOn) return { problems: [], sharing };
    return { problems: await testbed.close(), sharing };
  }

  #end(testbed: Testbed): void {
    const first = this.#startedFor.get(testbed);
    this.#startedFor.delete(testbed);
    if (first && !this.#ended.some((each) => startsAlike(each, first))) this.#ended.push(first);
  }

  async #decide(
    testbed: Testbed,
    prepared: PreparedScenario,
    { verdict }: Pick<Outcome, "verdict">,
    isLast: boolean,
  ): Promise<Sharing> {
    const ends = (because: string): Sharing => ({ goesOn: false, because, putBack: [] });
    if (prepared.sharing?.may === false) return ends(prepared.sharing.because);
    if (!this.#shares(prepared)) return ends("the run breaks its gateways on purpose");
    if (this.#options.signal.aborted) return ends("the run is ending");
    if (verdict === "failed") return ends("it failed, and what that left behind is not known");
    if (!isLast) return ends("another attempt gets a gateway of its own");
    if (testbed.hasEnded) return ends("its gateway has ended");
    if (!testbed.isAtRest) return ends("an answer of the model was still under way");
    const { because, putBack } = await testbed.provedAsBefore();
    return because === undefined ? { goesOn: true, putBack } : ends(because);
  }

  /** @returns what could not be torn down of the testbeds that are not in use */
  async close(): Promise<string[]> {
    const free = this.#free.splice(0);
    const problems = await Promise.all([this.dismiss(), ...free.map((testbed) => testbed.close())]);
    return problems.flat();
  }

  #shares({ sharing }: PreparedScenario): boolean {
    return this.#options.share && this.#options.faults.length === 0 && sharing?.may === true;
  }
}
