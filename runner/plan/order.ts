import { shuffled } from "../base/shuffled.ts";
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
