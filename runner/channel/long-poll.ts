import { after } from "../base/timers.ts";
import type { QaBus } from "./bus.ts";
import { DEFAULT_ACCOUNT } from "./defaults.ts";
import type { PollInput, PollResult } from "./types.ts";

/**
 * A poll that has nothing new is held until an event for its account, its timeout, or until the
 * client is gone; then it answers with what there is, perhaps nothing.
 */
export async function longPoll(bus: QaBus, input: PollInput, signal: AbortSignal): Promise<PollResult> {
  const result = bus.poll(input);
  if (result.events.length > 0 || !input.timeoutMs || signal.aborted) return result;
  await eventFor(bus, input.accountId ?? DEFAULT_ACCOUNT, input.timeoutMs, signal);
  const cursor = Math.min(input.cursor ?? result.cursor, result.cursor);
  return bus.poll({ ...input, cursor, acknowledgedCursor: undefined });
}

function eventFor(bus: QaBus, accountId: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      unsubscribe();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = after(timeoutMs, done);
    const unsubscribe = bus.subscribe((event) => {
      if (event.accountId === accountId) done();
    });
    signal.addEventListener("abort", done, { once: true });
  });
}
