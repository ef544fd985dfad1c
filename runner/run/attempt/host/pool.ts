import { AttemptProcess } from "./process.ts";

/** Processes for the attempts of a run. Each serves one attempt; some are started before there is one for them. */
export class AttemptPool {
  readonly #spare: AttemptProcess[] = [];
  readonly #all = new Set<AttemptProcess>();
  readonly #program: string;
  readonly #maxSpare: number;

  /**
   * @param program path of the file that Node is to run in them
   * @param maxSpare how many may wait for an attempt
   */
  constructor(program: string, maxSpare: number) {
    this.#program = program;
    this.#maxSpare = maxSpare;
  }

  /** Starts one ahead, unless enough of them wait. */
  prepare(): void {
    if (this.#spare.length < this.#maxSpare) this.#spare.push(this.#start());
  }

  take(): AttemptProcess {
    return this.#spare.shift() ?? this.#start();
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    for (const attempt of this.#all) attempt.kill();
    await Promise.all([...this.#all].map(({ exit }) => exit));
  }

  #start(): AttemptProcess {
    const attempt = new AttemptProcess(this.#program);
    this.#all.add(attempt);
    void attempt.exit.then(() => this.#all.delete(attempt));
    return attempt;
  }
}
