import type { ActionContext } from "../context.ts";
import { liveTurnTimeout } from "../env/core.ts";

/** Longer than a turn of the scripted model ever takes. */
const TURN_MS = 30_000;

/** How long a statement may wait, in milliseconds, by its `within`; it is given that time. */
export function limitOf({ limits }: Pick<ActionContext, "limits">, otherwise: number): number {
  const limitMs = limits?.withinMs ?? otherwise;
  limits?.allow?.(limitMs);
  return limitMs;
}

/** How long it may take what a turn of the agent brings, in milliseconds: a live model may think for minutes. */
export function turnMs({ providerMode }: Pick<ActionContext, "providerMode">): number {
  return liveTurnTimeout(providerMode, TURN_MS);
}
