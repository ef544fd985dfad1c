import { UsageError } from "../base/errors.ts";
import { primaryModel } from "../gateway/config.ts";
import { type LiveModel, liveModelFrom } from "../gateway/live-model.ts";
import type { Environment } from "../gateway/process/env.ts";
import type { GatewayTarget } from "../gateway/target.ts";

/** The model behind the agents of a run. */
export interface RunModel {
  providerMode: "mock-openai" | "live-frontier";
  /** `provider/model` */
  primaryModel: string;
  /** The run brings it itself. */
  scriptedModel: boolean;
  liveModel?: LiveModel;
}

/**
 * Settles which model a run has.
 * @throws UsageError when a gateway that is already running is to get another; what `liveModelFrom` throws
 */
export function chooseModel(
  mode: "scripted" | "live" | undefined,
  gateway: GatewayTarget,
  env: Environment,
): RunModel {
  if (gateway.kind === "remote") {
    if (mode === undefined) {
      return { providerMode: "live-frontier", primaryModel: "unknown", scriptedModel: false };
    }
    throw new UsageError(
      `--model ${mode}: a gateway that is already running keeps the model that it has`,
      "Leave out --model.",
    );
  }
  const liveModel = mode === "live" ? liveModelFrom(env) : undefined;
  return {
    providerMode: liveModel ? "live-frontier" : "mock-openai",
    primaryModel: primaryModel(liveModel),
    scriptedModel: liveModel === undefined,
    liveModel,
  };
}
