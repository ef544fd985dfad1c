import type { Environment } from "../gateway/process/env.ts";
import type { GatewayTarget } from "../gateway/target.ts";
import type { Offer } from "./eligibility.ts";
import type { RunModel } from "./model.ts";

/** What a run on this gateway with this model has for scenarios. */
export function offerOf(
  target: GatewayTarget,
  { providerMode, primaryModel, scriptedModel }: RunModel,
  { env, allowWrites = false }: { env: Environment; allowWrites?: boolean },
): Offer {
  const isOurs = target.kind !== "remote";
  return {
    gatewayKind: target.kind,
    ownsInstall: isOurs,
    mayWrite: isOurs || allowWrites,
    providerMode,
    primaryModel,
    scriptedModel,
    channelDriver: "qa-channel",
    env,
  };
}
