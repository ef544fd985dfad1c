import { type Selected, selectScenarios } from "../plan/selection.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { guardsOf } from "./lane.ts";
import { checkPlan, planOn, targetOf, unusedGuards } from "./lane-plan.ts";
import type { Lanes, LocatedLane } from "./read.ts";
import { catalogOf, checkPacks, checkSelection, type PackContext, selectionOf } from "./select.ts";

/**
 * Reports errors in lanes that only show with the scenarios, but need neither a registry nor an environment.
 * @param catalog holds the scenarios of `packsOf` the lanes
 */
export function checkLanes(
  chosen: readonly LocatedLane[],
  lanes: Lanes,
  catalog: Catalog,
  context: PackContext,
): Diagnostic[] {
  return chosen.flatMap((lane) => checkLane(lane, lanes, catalog, context).diagnostics);
}

/** The same for one lane, with what it chooses. */
export function checkLane(
  lane: LocatedLane,
  lanes: Lanes,
  catalog: Catalog,
  context: PackContext,
): { selected: Selected[]; diagnostics: Diagnostic[] } {
  const missing = checkPacks(lane, lanes, context);
  if (missing.length > 0) return { selected: [], diagnostics: missing };
  const own = catalogOf(lane, lanes, catalog, context);
  const { selected, problems } = selectScenarios(own, selectionOf(lane));
  const diagnostics = checkSelection(lane, lanes, problems);
  if (diagnostics.length > 0) return { selected, diagnostics };
  diagnostics.push(...unusedGuards(lane, lanes, selected));
  const env = guardsOf(lane.lane);
  for (const gateway of lane.entries) {
    diagnostics.push(...checkPlan(lane, lanes, gateway, planOn(targetOf(gateway), lane, own, env)));
  }
  return { selected, diagnostics: withoutRepeats(diagnostics) };
}

/** Gateways of the same kind report the same about the selection. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ line, column, message }: Diagnostic) => `${line}:${column} ${message}`;
  return [...new Map(diagnostics.map((diagnostic) => [key(diagnostic), diagnostic])).values()];
}
