import { after } from "./timers.ts";

/**
 * Waits for `work`, but not beyond the signal's abort; what the work still does then is ignored.
 * @throws the signal's reason, or what `work` throws
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Waits for `work`, but not longer than the budget; what the work still does then is ignored.
 * @param budgetMs milliseconds
 * @returns whether the work ended in time
 * @throws what `work` throws in time
 */
export async function endsWithin(work: Promise<unknown>, budgetMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const cancel = after(budgetMs, () => resolve(false));
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    cancel();
  }
}
