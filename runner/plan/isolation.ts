import type { PreparedScenario } from "../run/prepared.ts";

/**
 * The scenario, with whether it may run on a gateway that others have used and will use. What it changes there is looked
 * for afterwards, so only what cannot be seen from outside rules it out.
 */
export function withSharing(prepared: PreparedScenario): PreparedScenario {
  const because = whyNot(prepared);
  return { ...prepared, sharing: because === undefined ? { may: true } : { may: false, because } };
}

function whyNot({ scenario: { meta }, release, faults: own }: PreparedScenario): string | undefined {
  const { plugins, faults, http, execution, surface, surfaces } = meta;
  if (execution?.suiteIsolation === "isolated") return "it is marked as isolated";
  if (release) return "it has an installed gateway of its own";
  if (faults?.length || own?.length) return "its gateway is broken on purpose";
  if (plugins?.length) return "what its plugins keep in memory cannot be seen";
  if (http) return "its fakes of services count what was asked of them";
  // An index in memory outlives the files that it was made from.
  if ([surface, ...(surfaces ?? [])].includes("memory")) return "what an agent remembers cannot be seen";
  return undefined;
}
