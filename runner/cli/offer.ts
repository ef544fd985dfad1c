import type { GatewayKind } from "../gateway/gateway.ts";
import type { Offer } from "../plan/requirements.ts";
import type { RunModel } from "./run-model.ts";

/** What a run on this gateway with this model has for scenarios. */
export function offerOf(
  { name, ownsInstall, mayWrite }: GatewayKind,
  { providerMode, primaryModel, scriptedModel }: RunModel,
): Offer {
  return {
    gatewayKind: name,
    ownsInstall,
    mayWrite,
    providerMode,
    primaryModel,
    scriptedModel,
    channelDriver: "qa-channel",
    env: process.env,
  };
}
