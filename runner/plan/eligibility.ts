import { UsageError } from "../base/errors.ts";
import { firstWrite } from "../flow/effects.ts";
import type { Scenario } from "../scenario/types.ts";
import { compileScenario } from "./prepare.ts";
import type { Selected } from "./selection.ts";

/** What a run offers; scenarios state what they need of it. */
export interface Offer {
  /** `embedded`, `openclaw` or `remote`. */
  gatewayKind: string;
  /** The runner can make an install that nobody else uses. */
  ownsInstall: boolean;
  /** Scenarios may change the gateway. */
  mayWrite: boolean;
  /** `mock-openai` or `live-frontier`. */
  providerMode: string;
  /** The run brings the model that answers. */
  scriptedModel: boolean;
  /** `provider/model`. */
  primaryModel: string;
  channelDriver: string;
  env: Readonly<Record<string, string | undefined>>;
}

const SCRIPTED_MODE = "mock-openai";
const LIVE_MODE = "live-frontier";

export interface PlannedScenario {
  scenario: Scenario;
  /** Set: report it as skipped, with this reason, and do not touch anything. */
  skip?: { reason: string; hint: string };
  /** Install the gateway for this scenario alone, because it may replace it. */
  release?: { version?: string; updateTo?: string };
}

/** The environment variable that must be `1` before a destructive scenario may run. */
export function guardOf(scenario: Scenario): string | undefined {
  const guard = scenario.meta.execution?.config?.allowEnv;
  return typeof guard === "string" ? guard : undefined;
}

/** What an offer means for one scenario. */
export interface Judgement {
  /** It is for other gateways, and no part of a run that did not name it. */
  mismatch?: Mismatch;
  /** It is reported as skipped, and nothing is touched. */
  skip?: { reason: string; hint: string };
  /** Why a run that names it is in error. */
  refusal?: Mismatch;
}

/** Whether a scenario fits, is skipped for want of a model, a channel or a guard, or runs. */
export function judgeScenario(scenario: Scenario, offer: Offer): Judgement {
  const mismatch = gatewayMismatch(scenario, offer);
  if (mismatch) return { mismatch, refusal: mismatch };
  const refusal = surroundingsMismatch(scenario, offer);
  if (refusal) return { refusal, skip: { reason: refusal.needs, hint: refusal.hint } };
  return { skip: guardSkip(scenario, offer.env) };
}

/**
 * Decides for each chosen scenario whether it runs, is skipped, or does not fit this run. A guard that is
 * not set skips it, and so does a model or channel that this run does not have. One that is for other
 * gateways is left out of `--all` and of globs. Whatever does not fit is an error when it was named.
 * @throws UsageError naming what the named scenario needs
 */
export function planScenarios(selected: readonly Selected[], offer: Offer): PlannedScenario[] {
  const planned = selected.flatMap(({ scenario, named }): PlannedScenario[] => {
    const { mismatch, skip, refusal } = judgeScenario(scenario, offer);
    if (refusal && named) {
      throw new UsageError(`${scenario.id} cannot run here: ${refusal.needs}`, refusal.hint);
    }
    if (mismatch) return [];
    return [skip ? { scenario, skip } : { scenario, release: releaseOf(scenario) }];
  });
  if (planned.length > 0) return planned;
  throw new UsageError(
    "none of the chosen scenarios fits this gateway and model",
    "`qa list` shows what each needs.",
  );
}

/** Whether a run with this offer may choose the scenario at all; its guard may still skip it. */
export function fits(scenario: Scenario, offer: Offer): boolean {
  return judgeScenario(scenario, offer).refusal === undefined;
}

function guardSkip(scenario: Scenario, env: Offer["env"]): PlannedScenario["skip"] {
  const guard = guardOf(scenario);
  if (!isDestructive(scenario)) return undefined;
  if (!guard) {
    return {
      reason: "destructive, and names no guard variable",
      hint: "Give it execution.config.allowEnv, the variable that allows it.",
    };
  }
  if (env[guard] === "1") return undefined;
  return { reason: `guarded by ${guard}`, hint: `Set ${guard}=1 to run it.` };
}

function isDestructive(scenario: Scenario): boolean {
  return scenario.meta.risk === "destructive" || guardOf(scenario) !== undefined;
}

function releaseOf(scenario: Scenario): PlannedScenario["release"] {
  if (!isDestructive(scenario)) return undefined;
  const { sourceVersion, targetTag } = scenario.meta.execution?.config ?? {};
  return { version: textOf(sourceVersion), updateTo: textOf(targetTag) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

interface Mismatch {
  needs: string;
  hint: string;
}

/** A model or a channel that the scenario cannot do without: what it would do instead proves nothing. */
function surroundingsMismatch(scenario: Scenario, offer: Offer): Mismatch | undefined {
  const { execution, runtimeParityTier } = scenario.meta;
  const config = execution?.config ?? {};
  const [provider = "", ...model] = offer.primaryModel.split("/");
  // Upstream names its scripted model's provider like the mode.
  const providers = [provider, ...(offer.providerMode === SCRIPTED_MODE ? [SCRIPTED_MODE] : [])];
  const needs: [wanted: unknown, offered: readonly string[], what: string][] = [
    [config.requiredProviderMode, [offer.providerMode], "model mode"],
    [execution?.providerMode, [offer.providerMode], "model mode"],
    [runtimeParityTier === "live-only" ? LIVE_MODE : undefined, [offer.providerMode], "model mode"],
    [config.requiredProvider, providers, "model provider"],
    [config.requiredModel, [model.join("/")], "model"],
    [config.requiredChannelDriver, [offer.channelDriver], "channel driver"],
  ];
  for (const [wanted, offered, what] of needs) {
    if (typeof wanted === "string" && !offered.includes(wanted)) {
      return { needs: `it needs the ${what} ${wanted}`, hint: `This run has the ${what} ${offered[0]}.` };
    }
  }
  if (scenario.modelScript && !offer.scriptedModel) {
    return {
      needs: "it scripts the model (`yaml qa-model`), and this run does not bring the model",
      hint: "Leave out --model live, or run it on a gateway that the run starts.",
    };
  }
  return undefined;
}

function gatewayMismatch(scenario: Scenario, offer: Offer): Mismatch | undefined {
  const kinds = scenario.meta.gateways;
  if (kinds && !kinds.some((kind) => kind === offer.gatewayKind)) {
    return {
      needs: `it runs on ${kinds.join(", ")}, not on ${offer.gatewayKind}`,
      hint: "Choose another --gateway.",
    };
  }
  if (isDestructive(scenario) && !offer.ownsInstall) {
    return {
      needs: `it is destructive, and the ${offer.gatewayKind} gateway is not this runner's own to break`,
      hint: "Run it with --gateway embedded.",
    };
  }
  if (offer.gatewayKind === "remote") return attachMismatch(scenario, offer.mayWrite);
  return undefined;
}

/** What a gateway that is already running does not do for a scenario. */
function attachMismatch(scenario: Scenario, mayWrite: boolean): Mismatch | undefined {
  const { gatewayConfigPatch, plugins, faults } = scenario.meta;
  const startsWith = Object.entries({ gatewayConfigPatch, plugins, faults }).find(([, value]) => value)?.[0];
  if (startsWith) {
    return {
      needs: `its \`${startsWith}\` must be there when the gateway starts, and this one is already running`,
      hint: "Run it with --gateway embedded, or on a release.",
    };
  }
  if (mayWrite) return undefined;
  const { flow } = compileScenario(scenario);
  const write = flow && firstWrite(flow);
  if (!write) return undefined;
  const { line, column } = write.position;
  return {
    needs: `it may change the gateway (${write.what}, ${scenario.file.name}:${line}:${column})`,
    hint: "A gateway that is already running is only read. --allow-writes allows more.",
  };
}
