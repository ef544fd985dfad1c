import { AsyncLocalStorage } from "node:async_hooks";
import type { Position } from "../scenario/source/source.ts";

/** What a statement of a flow does by itself, from its start to its end or limit. */
export interface Act {
  /** Fires at the act's own limit, the step's, the scenario's, and on Ctrl-C. */
  signal: AbortSignal;
  /** Name of the step. */
  step: string;
  position: Position;
  /** Ends what the act has started and left running. */
  end(reason: unknown): void;
}

const acts = new AsyncLocalStorage<Act>();
const outsideOfFlows = new AbortController().signal;

/**
 * Signal of the flow action that the caller runs in: it fires at the action's own limit, the step's,
 * the scenario's, and on Ctrl-C; in cleanup only when the cleanup budget is used up. An action that
 * is still working then should stop. Outside of a flow it never fires.
 */
export function currentSignal(): AbortSignal {
  return acts.getStore()?.signal ?? outsideOfFlows;
}

/** The act that the caller is a part of, however late; undefined outside of flows. */
export function currentAct(): Act | undefined {
  return acts.getStore();
}

export function withinAct<T>(act: Act, run: () => T): T {
  return acts.run(act, run);
}
