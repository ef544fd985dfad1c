import { quotedList, suggestion } from "../base/suggest.ts";
import { EMBEDDED, type GatewayTarget } from "../base/target.ts";
import type { Environment } from "../gateway/process/env.ts";
import { capabilitiesOf } from "../plan/capabilities.ts";
import { guardOf } from "../plan/guard.ts";
import { expectModel } from "../plan/model.ts";
import { type Plan, planRun } from "../plan/plan.ts";
import type { Selected } from "../plan/selection.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { Scenario } from "../scenario/types.ts";
import {
  type LaneGateway,
  type Lanes,
  type LocatedLane,
  laneDiagnostic,
  laneDiagnosticAtKey,
} from "./read.ts";
import { selectionOf } from "./select.ts";

/**
 * Plans a run of the lane on a gateway of its own.
 * @param catalog as `catalogOf` gives it
 * @param env includes the lane's guards; a live model that it does not name is left to the run
 */
export function planOn(target: GatewayTarget, lane: LocatedLane, catalog: Catalog, env: Environment): Plan {
  const model = expectModel(lane.lane.model ?? "scripted", target, env);
  return planRun(catalog, selectionOf(lane), capabilitiesOf(target, model, { env }));
}

/** The gateway of an entry as far as it is known without a registry: releases differ in nothing but their version. */
export function targetOf({ entry }: LaneGateway): GatewayTarget {
  if (entry.kind === "embedded") return EMBEDDED;
  return { kind: "openclaw", spec: entry.kind === "release" ? entry.spec : "latest" };
}

/** Reports why a lane is impossible on one of its gateways: nothing would run, or not what it names. */
export function checkPlan(
  lane: LocatedLane,
  lanes: Lanes,
  { index }: LaneGateway,
  { scenarios, skipped, notApplicable }: Plan,
): Diagnostic[] {
  const gateway = [...lane.path, "gateways", index];
  const named = ({ id, family }: Scenario) =>
    lane.lane.select.ids?.findIndex((each) => each === id || each === family) ?? -1;
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const found: Diagnostic[] = [];
  for (const { scenario, reason } of notApplicable) {
    if (named(scenario) < 0) continue;
    found.push(
      laneDiagnostic(lanes, [...lane.path, "select", "ids", named(scenario)], {
        code: "impossible-lane",
        message: `\`${scenario.id}\` cannot run on every gateway of the lane: ${reason}`,
        hint: "Leave it to another lane, or choose by tag: then it is left out where it is not applicable.",
      }),
    );
  }
  for (const { scenario, reason, hint } of skipped) {
    if (named(scenario) < 0 || scenarios.length === skipped.length) continue;
    found.push(
      laneDiagnostic(lanes, [...lane.path, "select", "ids", named(scenario)], {
        code: "impossible-lane",
        message: `\`${scenario.id}\` would be skipped: ${reason}`,
        hint: guardAdvice([scenario]) ?? hint,
      }),
    );
  }
  if (scenarios.length === 0 && found.length === 0) {
    found.push(
      laneDiagnostic(lanes, gateway, {
        code: "impossible-lane",
        message: "none of the scenarios that the lane chooses runs on this gateway",
        hint: `For instance ${notApplicable[0]?.scenario.id}: ${notApplicable[0]?.reason}.`,
      }),
    );
  } else if (scenarios.length > 0 && scenarios.length === skipped.length) {
    found.push(
      laneDiagnostic(lanes, [...lane.path, "select"], {
        code: "impossible-lane",
        message: `every scenario that the lane chooses would be skipped: ${reasons.join("; ")}`,
        hint: guardAdvice(skipped.map(({ scenario }) => scenario)) ?? skipped[0]?.hint,
      }),
    );
  }
  return found;
}

function guardAdvice(scenarios: readonly Scenario[]): string | undefined {
  const guards = [...new Set(scenarios.flatMap((scenario) => guardOf(scenario) ?? []))];
  const lines = guards.map((guard) => `${guard}: 1`).join(", ");
  return guards.length === 0 ? undefined : `Add \`guards: { ${lines} }\` to the lane.`;
}

/** Reports guards that a lane sets to no effect: a mistyped one would leave its scenarios skipped. */
export function unusedGuards(lane: LocatedLane, lanes: Lanes, selected: readonly Selected[]): Diagnostic[] {
  const known = [...new Set(selected.flatMap(({ scenario }) => guardOf(scenario) ?? []))];
  return Object.keys(lane.lane.guards ?? {})
    .filter((name) => !known.includes(name))
    .map((name) =>
      laneDiagnosticAtKey(lanes, [...lane.path, "guards", name], {
        code: "unused-guard",
        message: `no scenario of the lane has the guard \`${name}\``,
        hint:
          known.length === 0
            ? "Remove it: none of them has a guard."
            : known.length === 1
              ? `Did you mean ${quotedList(known)}?`
              : suggestion(name, known),
      }),
    );
}
