/** How long a wait for the channel takes by default, in milliseconds. */
export const WAIT_MS = 15_000;
/** How long the channel must be quiet by default, in milliseconds. */
export const QUIET_MS = 1_200;
