import type { ScenarioReport } from "../report/schema/report-schema.ts";

/** Whether a scenario has no verdict of its own: it never began, or its run ended in the middle. */
export function hasNoVerdict({ attempts, failure }: ScenarioReport): boolean {
  return attempts.length === 0 || failure?.code === "missing-result";
}
