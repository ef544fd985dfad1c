/**
 * What an exit code says about who has to act. Of several that apply to a run, the highest counts. A command that answers
 * a question about a product ends with `passed` for yes, `withSteps`, `failed` for no, and `harness` where nothing can be
 * said.
 */
export const EXIT = {
  passed: 0,
  /** A scenario failed. */
  failed: 1,
  /** Wrong command line. */
  usage: 2,
  /** A file of scenarios, lanes or quarantine is invalid. */
  invalid: 3,
  /** The harness or its environment failed, or there is no reliable result. */
  harness: 4,
  /** A question about a product has an answer, and something is left to do or to know. */
  withSteps: 5,
  interrupted: 130,
} as const;
