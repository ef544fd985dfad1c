import { AsyncLocalStorage } from "node:async_hooks";

const signals = new AsyncLocalStorage<AbortSignal>();
const outsideOfFlows = new AbortController().signal;

/**
 * Signal of the flow action that the caller runs in: it fires at the action's own limit, the step's,
 * the scenario's, and on Ctrl-C; in cleanup only when the cleanup budget is used up. An action that
 * is still working then should stop. Outside of a flow it never fires.
 */
export function currentSignal(): AbortSignal {
  return signals.getStore() ?? outsideOfFlows;
}

export function withCurrentSignal<T>(signal: AbortSignal, run: () => T): T {
  return signals.run(signal, run);
}
