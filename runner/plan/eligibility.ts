import { firstWrite } from "../flow/effects.ts";
import type { OwnRelease } from "../gateway/gateway.ts";
import { PROVIDER_MODE, type ProviderMode } from "../gateway/provider-mode.ts";
import type { Scenario } from "../scenario/types.ts";
import type { RunCapabilities } from "./capabilities.ts";
import { compileScenario } from "./compile.ts";
import { isFor, otherGateways } from "./gateways.ts";
import { isDestructive, missingGuard, releaseOf } from "./guard.ts";
import type { Selected } from "./selection.ts";

/** What upstream calls providers and are programs. */
const PROGRAMS: ReadonlySet<string> = new Set(["claude-cli", "codex"]);

export interface Reason {
  reason: string;
  hint: string;
}

/** What becomes of a scenario in a run. */
export type Eligibility =
  /** `release`: the gateway is installed for this scenario alone, because it may replace it. */
  | { kind: "run"; release: OwnRelease | undefined }
  /** It is reported as skipped, and nothing is touched. */
  | ({ kind: "skip" } & Reason)
  /** It is for other gateways, and not part of this run. */
  | ({ kind: "notApplicable" } & Reason)
  /** It was named, but cannot run: the run is in error. */
  | ({ kind: "refuse" } & Reason);

/**
 * Decides whether a scenario runs with these capabilities. A guard that is not set skips it, and so does a model or
 * a driver of channels that the run does not have; a scenario that is for other gateways or another channel is not
 * applicable. A scenario that was named is refused unless only its guard is missing.
 */
export function eligibilityOf({ scenario, named }: Selected, capabilities: RunCapabilities): Eligibility {
  const elsewhere = gatewayMismatch(scenario, capabilities) ?? channelMismatch(scenario, capabilities);
  if (elsewhere) return { kind: named ? "refuse" : "notApplicable", ...elsewhere };
  const otherModel = modelMismatch(scenario, capabilities);
  if (otherModel) return { kind: named ? "refuse" : "skip", ...otherModel };
  const guarded = missingGuard(scenario, capabilities.env);
  return guarded ? { kind: "skip", ...guarded } : { kind: "run", release: releaseOf(scenario) };
}

/** Whether a run may name the scenario; its guard may still skip it. */
export function canChoose(scenario: Scenario, capabilities: RunCapabilities): boolean {
  return eligibilityOf({ scenario, named: true }, capabilities).kind !== "refuse";
}

function channelMismatch({ meta }: Scenario, { channelDriver }: RunCapabilities): Reason | undefined {
  const channel = meta.execution?.channel;
  if (channel === undefined || channel === channelDriver) return undefined;
  return {
    reason: `it is for the channel ${channel}`,
    hint: `This runner has ${channelDriver} only.`,
  };
}

/** A model or a channel's driver that the scenario cannot do without: what it would do instead proves nothing. */
function modelMismatch(scenario: Scenario, capabilities: RunCapabilities): Reason | undefined {
  const { providerMode, primaryModel, channelDriver, scriptedModel } = capabilities;
  const { execution, runtimeParityTier } = scenario.meta;
  const config = execution?.config ?? {};
  const model = primaryModel === undefined ? undefined : splitModel(primaryModel);
  // `available` is undefined if it is not known yet what the run will have.
  const needs: [wanted: unknown, available: readonly string[] | undefined, what: string][] = [
    [config.requiredProviderMode, [providerMode], "model mode"],
    [execution?.providerMode, [providerMode], "model mode"],
    [runtimeParityTier === "live-only" ? PROVIDER_MODE.live : undefined, [providerMode], "model mode"],
    [config.requiredProvider, model && providersOf(model.provider, providerMode), "model provider"],
    [config.requiredModel, model && [model.name], "model"],
    [config.requiredChannelDriver, [channelDriver], "channel driver"],
  ];
  for (const [wanted, available, what] of needs) {
    if (typeof wanted === "string" && available && !available.includes(wanted)) {
      return { reason: `it needs the ${what} ${wanted}`, hint: otherModelHint(wanted, what, available[0]) };
    }
  }
  if (scenario.modelScript && !scriptedModel) {
    return {
      reason: "it scripts the model (`yaml qa-model`), and this run does not provide the model",
      hint: "Leave out --model live, or run it on a gateway that the run starts.",
    };
  }
  return undefined;
}

/** What to do about a model that a scenario needs and the run does not have. */
function otherModelHint(wanted: string, what: string, has: string | undefined): string {
  if (PROGRAMS.has(wanted)) {
    return `It is a program that answers in the place of a provider, which no option of this runner starts.`;
  }
  const live =
    wanted === PROVIDER_MODE.live || (what !== "channel driver" && wanted !== PROVIDER_MODE.scripted);
  return `This run has the ${what} ${has}.${live && has !== PROVIDER_MODE.live ? " `--model live` takes a real one." : ""}`;
}

/** Upstream names its scripted model's provider like the mode. */
function providersOf(provider: string, mode: ProviderMode): string[] {
  return mode === PROVIDER_MODE.scripted ? [provider, mode] : [provider];
}

function splitModel(primaryModel: string): { provider: string; name: string } {
  const [provider = "", ...name] = primaryModel.split("/");
  return { provider, name: name.join("/") };
}

function gatewayMismatch(scenario: Scenario, capabilities: RunCapabilities): Reason | undefined {
  const { gateway, ownsInstall, mayWrite } = capabilities;
  if (!isFor(scenario, capabilities)) {
    return {
      reason: otherGateways(scenario, capabilities),
      hint: "Choose another --gateway.",
    };
  }
  if (isDestructive(scenario) && !ownsInstall) {
    return {
      reason: `it is destructive, and the ${gateway} gateway is not this runner's to break`,
      hint: "Run it with --gateway embedded.",
    };
  }
  if (gateway === "remote") return runningMismatch(scenario, mayWrite);
  return undefined;
}

/** Why a gateway that is already running does not suit a scenario. */
function runningMismatch(scenario: Scenario, mayWrite: boolean): Reason | undefined {
  const { gatewayConfigPatch, plugins, skills, faults, http, env, secrets } = scenario.meta;
  const startsWith = Object.entries({ gatewayConfigPatch, plugins, skills, faults, http, env, secrets }).find(
    ([, value]) => value,
  )?.[0];
  if (startsWith) {
    return {
      reason: `its \`${startsWith}\` must be there when the gateway starts, and this one is already running`,
      hint: "Run it with --gateway embedded, or on a release.",
    };
  }
  if (mayWrite) return undefined;
  const write = firstWrite(compileScenario(scenario));
  if (!write) return undefined;
  const { line, column } = write.position;
  return {
    reason: `it may change the gateway (${write.what}, ${scenario.file.name}:${line}:${column})`,
    hint: "A gateway that is already running is only read. --allow-writes allows more.",
  };
}
