import { commandLine } from "../base/invocation.ts";
import type { RunEvent, ScenarioFinished } from "../report/events.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import type { Scenario } from "../scenario/types.ts";
import { toArgs, withIds } from "./command-options.ts";
import type { ProveOptions } from "./prove-chosen.ts";
import { type HowToProve, type Proving, runUnshown } from "./proving.ts";

/** Between a scenario's id and a fault, where the two name an attempt; no id has it. */
const WITH = "~";
/** Between faults that an attempt has at once. */
export const AND = ",";
/** The same between the id and a number of a step. */
export const STEP = "~step-";

interface HowToRun {
  repeat?: number | undefined;
  watchFaults?: true;
  /** By id: each scenario runs once with each, which may be several between `AND`; with none of them where that is the empty text. */
  pairs?: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds that the start of its gateway may take, and then its flow; default: their own limits. */
  limitMs?(id: string): number;
  /** What runs of a scenario; default: itself. */
  arrange?(prepared: PreparedScenario): PreparedScenario[];
  onEvent?(event: RunEvent): void;
  onFinished(event: ScenarioFinished): void | Promise<void>;
}

/** The scenario and the fault, or the faults between `AND`, that an attempt of `pairs` is about. */
export function pairOf({ scenarioId }: Pick<ScenarioFinished, "scenarioId">): [id: string, fault: string] {
  const [id = "", fault = ""] = scenarioId.split(WITH);
  return [id, fault];
}

/** One run of some scenarios, each as often and with what `how` says. */
export async function runAll(
  scenarios: readonly Scenario[],
  proving: Proving,
  { pairs, limitMs, arrange, onFinished, ...how }: HowToRun,
): Promise<void> {
  const paired = (each: PreparedScenario) =>
    withFaults(limited(each, limitMs), pairs?.get(each.scenario.id) ?? []);
  const arranged = arrange ?? (pairs && paired);
  const special: HowToProve = arranged
    ? {
        arrange: (prepared) => prepared.flatMap(arranged),
        rerun: (id) => commandLine(rerunArgs(id, proving.options)),
      }
    : {};
  await runUnshown(
    scenarios.map(({ id }) => id),
    proving,
    { ...how, ...special },
    onFinished,
  );
}

function limited(prepared: PreparedScenario, limitMs: HowToRun["limitMs"]): PreparedScenario {
  if (!limitMs) return prepared;
  const { scenario } = prepared;
  const startWithinMs = limitMs(scenario.id);
  const execution = { kind: "flow" as const, ...scenario.meta.execution, timeoutMs: startWithinMs };
  return { ...prepared, startWithinMs, scenario: { ...scenario, meta: { ...scenario.meta, execution } } };
}

function withFaults(prepared: PreparedScenario, faults: readonly string[]): PreparedScenario[] {
  return faults.map((fault) => ({
    ...prepared,
    scenario: { ...prepared.scenario, id: `${prepared.scenario.id}${WITH}${fault}` },
    faults: fault === "" ? [] : fault.split(AND),
  }));
}

function rerunArgs(scenarioId: string, options: ProveOptions): string[] {
  const [scenario, what] = pairOf({ scenarioId });
  const fault = scenarioId.includes(STEP) ? "" : what;
  const { pack, builtin, trust, modelScript, gateway } = options;
  const faults = fault === "" ? [] : fault.split(AND);
  return withIds("run", [scenario], toArgs({ pack, builtin, trust, modelScript, gateway, fault: faults }));
}
