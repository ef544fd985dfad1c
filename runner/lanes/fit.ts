import { quotedList, suggestion } from "../base/suggest.ts";
import { PRIMARY_MODEL } from "../gateway/config.ts";
import { guardOf, judgeScenario, type Offer } from "../plan/eligibility.ts";
import type { Selected } from "../plan/selection.ts";
import type { Diagnostic } from "../scenario/source/source.ts";
import type { Scenario } from "../scenario/types.ts";
import type { GatewayEntry } from "./gateways.ts";
import { type Lanes, type LocatedLane, laneFinding, laneFindingAtKey } from "./read.ts";
import type { Lane } from "./schema.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What becomes of a lane's selection on one of its gateways. */
export interface Fit {
  /** Run or are skipped, in order: what the job's report will hold. */
  selection: Selected[];
  /** Skipped, for instance by a guard that is not set. */
  skipped: { scenario: Scenario; reason: string; hint: string }[];
  /** Do not apply to this gateway or model. */
  leftOut: { scenario: Scenario; reason: string }[];
}

/** Guard variables that a lane sets, as they stand in an environment. */
export function guardsOf({ guards = {} }: Lane): Record<string, string> {
  return Object.fromEntries(Object.entries(guards).map(([name, value]) => [name, String(value)]));
}

/** What `requiredProviderMode` of scenarios calls the models of lanes. */
export function providerModeOf({ model = "scripted" }: Lane): string {
  return model === "live" ? "live-frontier" : "mock-openai";
}

/**
 * Decides for each scenario what becomes of it, just as the run itself will.
 * @param env holds the lane's guards as well
 */
export function fitTo(
  { kind }: GatewayEntry,
  selected: readonly Selected[],
  { lane, env }: { lane: Lane; env: Environment },
): Fit {
  const offer: Offer = {
    gatewayKind: kind === "embedded" ? kind : "openclaw",
    ownsInstall: true,
    mayWrite: true,
    providerMode: providerModeOf(lane),
    scriptedModel: lane.model !== "live",
    primaryModel: PRIMARY_MODEL,
    channelDriver: "qa-channel",
    env,
  };
  const fit: Fit = { selection: [], skipped: [], leftOut: [] };
  for (const choice of selected) {
    const { scenario } = choice;
    const { mismatch, skip } = judgeScenario(scenario, offer);
    if (mismatch) {
      fit.leftOut.push({ scenario, reason: mismatch.needs });
      continue;
    }
    fit.selection.push(choice);
    if (skip) fit.skipped.push({ scenario, ...skip });
  }
  return fit;
}

/** What makes a lane impossible on one of its gateways: nothing would run, or not what it names. */
export function checkFit(lane: LocatedLane, lanes: Lanes, index: number, fit: Fit): Diagnostic[] {
  const { selection, skipped, leftOut } = fit;
  const gateway = [...lane.path, "gateways", index];
  const named = (scenario: Scenario) => lane.lane.select.ids?.indexOf(scenario.id) ?? -1;
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const found: Diagnostic[] = [];
  for (const { scenario, reason } of leftOut) {
    if (named(scenario) < 0) continue;
    found.push(
      laneFinding(lanes, [...lane.path, "select", "ids", named(scenario)], {
        code: "impossible-lane",
        message: `\`${scenario.id}\` cannot run on every gateway of the lane: ${reason}`,
        hint: "Leave it to another lane, or choose by tag: then it is left out where it does not fit.",
      }),
    );
  }
  for (const { scenario, reason, hint } of skipped) {
    if (named(scenario) < 0 || selection.length === skipped.length) continue;
    found.push(
      laneFinding(lanes, [...lane.path, "select", "ids", named(scenario)], {
        code: "impossible-lane",
        message: `\`${scenario.id}\` would be skipped: ${reason}`,
        hint: guardAdvice([scenario]) ?? hint,
      }),
    );
  }
  if (selection.length === 0 && found.length === 0) {
    found.push(
      laneFinding(lanes, gateway, {
        code: "impossible-lane",
        message: "none of the scenarios that the lane chooses runs on this gateway",
        hint: `For instance ${leftOut[0]?.scenario.id}: ${leftOut[0]?.reason}.`,
      }),
    );
  } else if (selection.length > 0 && selection.length === skipped.length) {
    found.push(
      laneFinding(lanes, [...lane.path, "select"], {
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

/** Guards that a lane sets for nothing: a mistyped one would leave its scenarios skipped. */
export function unusedGuards(lane: LocatedLane, lanes: Lanes, selected: readonly Selected[]): Diagnostic[] {
  const known = [...new Set(selected.flatMap(({ scenario }) => guardOf(scenario) ?? []))];
  return Object.keys(lane.lane.guards ?? {})
    .filter((name) => !known.includes(name))
    .map((name) =>
      laneFindingAtKey(lanes, [...lane.path, "guards", name], {
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
