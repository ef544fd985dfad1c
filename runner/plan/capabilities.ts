import type { GatewayKind } from "../gateway/gateway.ts";
import type { Environment } from "../gateway/process/env.ts";
import type { Offer } from "./eligibility.ts";
import type { RunModel } from "./model.ts";

/** What a run on this gateway with this model has for scenarios. */
export function offerOf(
  { name, ownsInstall, mayWrite }: GatewayKind,
  { providerMode, primaryModel, scriptedModel }: RunModel,
  env: Environment,
): Offer {
  return {
    gatewayKind: name,
    ownsInstall,
    mayWrite,
    providerMode,
    primaryModel,
    scriptedModel,
    channelDriver: "qa-channel",
    env,
  };
}
