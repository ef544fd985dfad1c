import type { RunReport } from "../../report/schema/report-schema.ts";
import { type Problem, problem } from "./problem.ts";

/** What all shards of one selection must have in common, and how each is shown. */
const COMMON: Record<string, (report: RunReport) => string> = {
  "tool version": ({ tool }) => `${tool.name} ${tool.version}`,
  platform: ({ tool }) => tool.platform,
  "model mode": ({ providerMode }) => providerMode,
  "faults on purpose": ({ faults = [] }) => faults.toSorted().join(", ") || "none",
  policy: ({ policy }) =>
    policy
      ? `${policy.retries} retries, ${policy.repeat} times${policy.failOnFlaky ? ", fails on flaky" : ""}`
      : "none",
  "number of shards": ({ shard }) => `${shard?.total ?? 1}`,
  selection: ({ selection, shard }) => (selection && (shard?.total ?? 1) > 1 ? selection.join(", ") : "none"),
};

/** One problem for each thing that differs, with all its values and the shards that have them. */
export function configurationProblems(
  name: string,
  shards: readonly { shown: string; report: RunReport }[],
): Problem[] {
  return Object.entries(COMMON).flatMap(([what, shown]) => {
    const holders = Map.groupBy(shards, ({ report }) => shown(report));
    if (holders.size < 2) return [];
    const values = [...holders].map(
      ([value, held]) => `${value} (${held.map(({ shown }) => shown).join(", ")})`,
    );
    return [problem("mixed-configuration", `${name}: the ${what} is not the same: ${values.join(" · ")}`)];
  });
}
