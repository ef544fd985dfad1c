import type { PreparedScenario } from "../run/prepared.ts";
import { startsAlike } from "../run/testbed/needs.ts";

/**
 * In which order scenarios run, as their indexes: shuffled if there is a seed; where gateways are shared, those that one
 * gateway will do for come one after the other; else as they are. Reports keep the order of the scenarios.
 */
export function runOrder(
  scenarios: readonly PreparedScenario[],
  { share, seed }: { share: boolean; seed?: number | undefined },
): number[] {
  const order = scenarios.map((_, index) => index);
  if (seed !== undefined) return shuffled(order, seed);
  return share ? alikeTogether(scenarios) : order;
}

function alikeTogether(scenarios: readonly PreparedScenario[]): number[] {
  const groups: number[][] = [];
  const alone: number[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const of = ([first = -1]: readonly number[]) => scenarios[first];
    if (scenario.sharing?.may !== true) alone.push(index);
    else {
      const group = groups.find((each) => {
        const first = of(each);
        return first !== undefined && startsAlike(first, scenario);
      });
      if (group) group.push(index);
      else groups.push([index]);
    }
  }
  return [...groups.flat(), ...alone];
}

/** The same seed gives the same order of as many items. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
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
