import type { GatewayTarget } from "../base/target.ts";
import { exactVersion } from "../gateway/openclaw/resolve.ts";
import type { Environment } from "../gateway/process/env.ts";
import type { ProviderMode } from "../gateway/provider-mode.ts";
import type { ExpectedModel } from "./model.ts";

/** What a run provides; scenarios state what they need from it. */
export interface RunCapabilities {
  gateway: GatewayTarget["kind"];
  /** Of a release; undefined while it is not known: what scenarios need of it is then left to the run. */
  gatewayVersion: string | undefined;
  /** The runner can make an install that nothing else uses: a scenario may break it. */
  ownsInstall: boolean;
  /** Scenarios may change the gateway. */
  mayWrite: boolean;
  providerMode: ProviderMode;
  /** The run brings the model that answers. */
  scriptedModel: boolean;
  /** `provider/model`; undefined while it is not known: what scenarios need from it is then left to the run. */
  primaryModel: string | undefined;
  channelDriver: string;
  env: Environment;
}

/**
 * The capabilities of a run on this gateway with this model.
 * @param version of a release whose target does not say it, see `releaseVersion`
 */
export function capabilitiesOf(
  target: GatewayTarget,
  { providerMode, primaryModel, scriptedModel }: ExpectedModel,
  {
    env,
    allowWrites = false,
    version,
  }: { env: Environment; allowWrites?: boolean | undefined; version?: string | undefined },
): RunCapabilities {
  const isOurs = target.kind !== "remote";
  return {
    gateway: target.kind,
    gatewayVersion: version ?? (target.kind === "openclaw" ? exactVersion(target.spec) : undefined),
    ownsInstall: isOurs,
    mayWrite: isOurs || allowWrites,
    providerMode,
    scriptedModel,
    primaryModel,
    channelDriver: "qa-channel",
    env,
  };
}
