/** What an exit code says about who has to act. */
export const EXIT = {
  passed: 0,
  /** A scenario failed. */
  failed: 1,
  /** Wrong command line. */
  usage: 2,
  /** A scenario file is invalid. */
  invalid: 3,
  /** The harness or its environment failed. */
  harness: 4,
  interrupted: 130,
} as const;
