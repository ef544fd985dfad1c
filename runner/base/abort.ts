import { after, type Cancel } from "./timers.ts";

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

/** Parts of a budget that pass one by one. */
const SLICES = 10;

/**
 * Waits for `work`, but not longer than the budget; what the work still does then is ignored. Time in which this process
 * itself stood still counts as a tenth of the budget at most: nothing could end in it.
 * @param budgetMs milliseconds
 * @returns whether the work ended in time
 * @throws what `work` throws in time
 */
export async function endsWithin(work: Promise<unknown>, budgetMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  let slices = SLICES;
  const slice = (): Cancel =>
    after(budgetMs / SLICES, () => {
      slices -= 1;
      if (slices > 0) cancel = slice();
      else resolve(false);
    });
  let cancel = slice();
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    cancel();
  }
}
