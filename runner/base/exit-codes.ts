/**
 * What an exit code says about who has to act. The codes grow with what they say: of several that apply, the highest
 * counts.
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
  interrupted: 130,
} as const;
