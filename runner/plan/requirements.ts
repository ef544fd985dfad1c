import { UsageError } from "../errors.ts";
import type { Scenario } from "../scenario/types.ts";
import type { Selected } from "./select.ts";

/** What a run offers; scenarios state what they need of it. */
export interface Offer {
  /** `embedded`, `openclaw` or `remote`. */
  gatewayKind: string;
  /** The runner can make an install that nobody else uses. */
  ownsInstall: boolean;
  /** `mock-openai` or `live-frontier`. */
  providerMode: string;
  /** `provider/model`. */
  primaryModel: string;
  channelDriver: string;
  env: Readonly<Record<string, string | undefined>>;
}

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

/**
 * Decides for each chosen scenario whether it runs, is skipped by a guard, or does not fit this run.
 * One that does not fit is left out of `--all` and of globs, and is an error when it was named.
 * @throws UsageError naming what the named scenario needs
 */
export function planScenarios(selected: readonly Selected[], offer: Offer): PlannedScenario[] {
  const planned = selected.flatMap(({ scenario, named }): PlannedScenario[] => {
    const mismatch = mismatchOf(scenario, offer);
    if (mismatch) {
      if (named) throw new UsageError(`${scenario.id} cannot run here: ${mismatch.needs}`, mismatch.hint);
      return [];
    }
    const skip = guardSkip(scenario, offer.env);
    return [skip ? { scenario, skip } : { scenario, release: releaseOf(scenario) }];
  });
  if (planned.length > 0) return planned;
  throw new UsageError(
    "none of the chosen scenarios fits this gateway and model",
    "`qa list` shows what each needs.",
  );
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

function mismatchOf(scenario: Scenario, offer: Offer): { needs: string; hint: string } | undefined {
  const config = scenario.meta.execution?.config ?? {};
  const [provider = "", ...model] = offer.primaryModel.split("/");
  const needs: [wanted: unknown, offered: string, what: string][] = [
    [config.requiredProviderMode, offer.providerMode, "model mode"],
    [config.requiredProvider, provider, "model provider"],
    [config.requiredModel, model.join("/"), "model"],
    [config.requiredChannelDriver, offer.channelDriver, "channel driver"],
  ];
  for (const [wanted, offered, what] of needs) {
    if (typeof wanted === "string" && wanted !== offered) {
      return { needs: `it needs the ${what} ${wanted}`, hint: `This run has the ${what} ${offered}.` };
    }
  }
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
  return undefined;
}
