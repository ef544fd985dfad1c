import { endsWithin } from "./abort.ts";
import { errorMessage } from "./errors.ts";
import { stretched } from "./slow.ts";

/**
 * Last-in first-out teardown of processes, servers, folders and timers.
 * Register a resource *before* starting it, so that a failure half way still cleans up.
 */
export class Teardown {
  #entries: { name: string; release: () => unknown }[] = [];
  #closed = false;

  /** Registers a release. After `run` began, the release is called at once. */
  defer(name: string, release: () => unknown): void {
    if (this.#closed) {
      void Promise.resolve()
        .then(release)
        .catch(() => {});
      return;
    }
    this.#entries.push({ name, release });
  }

  /**
   * Releases everything, newest first, each within what remains of the budget; one that fails or
   * hangs does not prevent the release of the others.
   * @param budgetMs time for all of it, in milliseconds
   * @returns one line per problem; empty when all went well
   */
  async run(budgetMs: number): Promise<string[]> {
    this.#closed = true;
    const problems: string[] = [];
    const deadline = performance.now() + stretched(budgetMs);
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      const left = Math.max(250, deadline - performance.now());
      try {
        const released = await endsWithin(Promise.resolve().then(entry.release), left);
        if (!released) problems.push(`${entry.name}: not released within ${Math.round(left)} ms`);
      } catch (error) {
        problems.push(`${entry.name}: ${errorMessage(error)}`);
      }
    }
    return problems;
  }
}
