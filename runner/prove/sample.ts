import { createHash } from "node:crypto";

/** So many of them, drawn evenly by a seed, in their order; all where no number is given. */
export function sampled<T>(all: readonly T[], count: number | undefined, seed: string): T[] {
  if (count === undefined || count >= all.length) return [...all];
  const first = createHash("sha256").update(seed).digest().readUInt32BE() / 2 ** 32;
  const step = all.length / count;
  return Array.from({ length: count }, (_, at) => all[Math.floor((at + first) * step)] as T);
}
