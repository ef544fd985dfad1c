import { errorMessage } from "../base/errors.ts";

export interface StrayRejections {
  /** How many there were so far. */
  readonly count: number;
  dispose(): void;
}

/**
 * A promise that a scenario's expression starts, does not await, and that fails, belongs to no step. It
 * must neither end the program in the middle of a run, which would leave gateways behind, nor go unseen.
 */
export function watchStrayRejections(): StrayRejections {
  let count = 0;
  const report = (reason: unknown) => {
    count += 1;
    process.stderr.write(
      `error: something failed that no step waited for: ${errorMessage(reason)}  [stray-rejection]\n` +
        "Look for an expression that starts something without `await`.\n",
    );
  };
  process.on("unhandledRejection", report);
  return {
    get count() {
      return count;
    },
    dispose: () => process.off("unhandledRejection", report),
  };
}
