/** Fewer durations than this say nothing about a trend. */
export const TREND_NEEDS = 6;

/** The middle value, or the mean of the two middle ones. @throws RangeError without any value */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("there is no median of nothing");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/**
 * How much longer the latest runs take than the earliest: the median of the last third against the median
 * of the first third, so that neither one slow run nor the middle counts. 0.25 means a quarter longer.
 * @param durations in milliseconds, oldest first
 * @returns undefined when there are too few, or the first third took no time at all
 */
export function trend(durations: readonly number[]): number | undefined {
  if (durations.length < TREND_NEEDS) return undefined;
  const third = Math.floor(durations.length / 3);
  const first = median(durations.slice(0, third));
  return first === 0 ? undefined : median(durations.slice(-third)) / first - 1;
}

/** Undefined if the whole is 0. */
export function rate(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
