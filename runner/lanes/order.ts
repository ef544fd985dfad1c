import { QaError, UsageError } from "../base/errors.ts";
import { EMBEDDED, formatTarget, type GatewayTarget } from "../base/target.ts";
import type { ModelChoice } from "../gateway/provider-mode.ts";
import type { Selection } from "../plan/selection.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Scenario } from "../scenario/types.ts";
import { checkLane } from "./check.ts";
import { entryText, mayMean } from "./gateways.ts";
import { rejectErrors } from "./invalid.ts";
import { guardsOf, limitsOfLane, missingSecrets } from "./lane.ts";
import { chooseLanes, type Lanes, type LocatedLane } from "./read.ts";
import { type PackContext, packsOf, selectionOf } from "./select.ts";

/** What a lane asks of a run. */
export interface LaneOrder {
  lane: string;
  target: GatewayTarget;
  /** Absolute. */
  packs: string[];
  model: ModelChoice;
  /** Variables for this run alone. */
  guards: Record<string, string>;
  retries: number;
  repeat: number;
  /** Time limit of the whole run. */
  minutes: number;
  /**
   * What the lane chooses from a catalog, and how.
   * @throws InvalidLanes if the lane is impossible
   */
  choose(catalog: Catalog): Promise<{ catalog: Catalog; selection: Selection }>;
}

/**
 * Reads from a lane what the command line would otherwise say.
 * @param asked.gateway the value of `--gateway`, one of the lane's; may be left out if it has only one
 * @param asked.narrow what the command line chooses of a catalog: runs only these of the lane's scenarios; all for no pattern
 * @throws UsageError; QaError `secret-missing`
 */
export function orderOfLane(
  lanes: Lanes,
  {
    name,
    gateway,
    narrow,
  }: {
    name: string;
    gateway: GatewayTarget | undefined;
    narrow(catalog: Catalog): Pick<Selection, "patterns" | "named">;
  },
  context: PackContext,
  env: Readonly<Record<string, string | undefined>>,
): LaneOrder {
  const [located] = chooseLanes(lanes, [name]) as [LocatedLane];
  const { lane } = located;
  rejectMissingSecrets(located, env);
  return {
    lane: name,
    target: targetFor(located, gateway),
    packs: packsOf(located, lanes, context),
    model: lane.model ?? "scripted",
    guards: guardsOf(lane),
    ...limitsOfLane(lane),
    async choose(catalog) {
      const { selected, diagnostics } = checkLane(located, lanes, catalog, context);
      rejectErrors(diagnostics);
      const chosen = { ...catalog, scenarios: selected.map(({ scenario }) => scenario) };
      const { patterns, named = patterns } = narrow(catalog);
      rejectOthers(named, chosen, catalog, name);
      if (patterns.length > 0) {
        const own = patterns.filter((id) => named.includes(id) || chosen.scenarios.some(isCalled(id)));
        if (own.length === 0) throw noneOf(name);
        return { catalog: chosen, selection: { patterns: own, named, tags: [], all: false } };
      }
      return { catalog: chosen, selection: { ...selectionOf(located), named: lane.select.ids } };
    },
  };
}

/** @throws UsageError for a scenario that exists, but not in the lane */
function rejectOthers(ids: readonly string[], chosen: Catalog, all: Catalog, lane: string): void {
  for (const id of ids) {
    const isIt = isCalled(id);
    if (chosen.scenarios.some(isIt) || !all.scenarios.some(isIt)) continue;
    throw new UsageError(
      `the lane ${lane} does not choose ${id}`,
      "Run it without --lane, or choose it in the lanes file.",
    );
  }
}

function isCalled(id: string): (scenario: Scenario) => boolean {
  return (scenario) => [scenario.id, scenario.family].includes(id.normalize());
}

function noneOf(lane: string): UsageError {
  return new UsageError(
    `the lane ${lane} chooses none of these scenarios`,
    "Run them without --lane, or choose them in the lanes file.",
  );
}

function targetFor({ name, lane, entries }: LocatedLane, gateway: GatewayTarget | undefined): GatewayTarget {
  const shown = lane.gateways.map(entryText);
  if (gateway !== undefined) {
    if (entries.some(({ entry }) => mayMean(entry, gateway))) return gateway;
    throw new UsageError(
      `the lane ${name} does not have the gateway ${formatTarget(gateway)}`,
      `It has ${shown.join("; ")}.`,
    );
  }
  const [only] = entries;
  if (only && lane.gateways.length === 1) {
    if (only.entry.kind === "embedded") return EMBEDDED;
    if (only.entry.kind === "release") return { kind: "openclaw", spec: only.entry.spec };
  }
  throw new UsageError(
    `the lane ${name} has several gateways: ${shown.join("; ")}`,
    `Choose one with --gateway; \`qa matrix ${name}\` prints a command for each.`,
  );
}

function rejectMissingSecrets(
  { name, lane }: LocatedLane,
  env: Readonly<Record<string, string | undefined>>,
) {
  const missing = missingSecrets(lane, env);
  if (missing.length === 0) return;
  throw new QaError(`the lane ${name} cannot run: there is no secret ${missing.join(", ")}`, {
    code: "secret-missing",
    fault: "environment",
    hint: `Set ${missing.join(" and ")} in the environment.`,
  });
}
