/** The same seed gives the same order of as many items. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = numbers(seed);
  const result = [...items];
  for (let end = result.length - 1; end > 0; end -= 1) {
    const other = Math.floor(random() * (end + 1));
    const [a, b] = [result[end], result[other]];
    if (a === undefined || b === undefined) continue;
    result[end] = b;
    result[other] = a;
  }
  return result;
}

/** Numbers from 0 to below 1, by the generator known as mulberry32: good enough for an order, and the same everywhere. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
