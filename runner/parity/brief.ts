import { ABSENT, NOT_SEEN } from "../shape/differences.ts";
import type { ParityMethod } from "./parity-schema.ts";

/** Answers that scenarios are known to read, here and upstream: their differences are listed in full. */
const READ_BY_SCENARIOS: ReadonlySet<string> = new Set([
  "config.apply",
  "config.get",
  "config.patch",
  "restart-sentinel.json",
  "skills.status",
  "tools.effective",
  "update.run",
  "update.status",
]);

export function isReadByScenarios({ method }: ParityMethod): boolean {
  return READ_BY_SCENARIOS.has(method);
}

/**
 * The paths of a method's differences in groups, by how the first gateway differs from the others, each with a heading.
 * Empty groups are left out.
 */
export function groupsOf(
  { differences }: ParityMethod,
  first: string,
): [what: string, paths: readonly string[]][] {
  const groups = Map.groupBy(differences, ({ kinds }) => {
    if (kinds[0] === NOT_SEEN) return "only among the others";
    if (kinds[0] === ABSENT) return `not on ${first}`;
    return kinds.includes(ABSENT) ? "not everywhere else" : "other kinds of values";
  });
  return [...groups].map(([what, found]) => [what, found.map(({ path }) => path || "the answer itself")]);
}
