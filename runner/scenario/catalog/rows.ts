import type { Scenario } from "../types.ts";

const SEPARATOR = "/";

/** A scenario for each row of its examples; without examples it stands for itself. */
export function rowsOf(scenario: Scenario): Scenario[] {
  const { family, title, examples } = scenario;
  if (!examples) return [scenario];
  return examples.rows.map((row) => ({
    ...scenario,
    id: `${family}${SEPARATOR}${row.name}`,
    title: `${title} (${row.name})`,
    row,
  }));
}

/** What an id of a row may begin with: ids of scenarios, the longest first. */
export function familiesOf(id: string): string[] {
  const parts = id.split(SEPARATOR);
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join(SEPARATOR));
}

/** The first scenario of each file. */
export function withoutRows(scenarios: readonly Scenario[]): Scenario[] {
  return scenarios.filter(({ row, examples }) => row === examples?.rows[0]);
}
