import { QaError, UsageError } from "../base/errors.ts";
import type { GatewayTarget } from "../base/target.ts";
import { modelNames } from "../gateway/config.ts";
import { type LiveModel, liveModelFrom } from "../gateway/live-model.ts";
import type { Environment } from "../gateway/process/env.ts";
import { type ModelChoice, PROVIDER_MODE, type ProviderMode } from "../gateway/provider-mode.ts";

/** The model behind the agents of a run. */
export interface RunModel {
  providerMode: ProviderMode;
  /** `provider/model` */
  primaryModel: string;
  /** The run provides it. */
  scriptedModel: boolean;
  liveModel?: LiveModel;
}

/** The same as far as it is known before the run. */
export type ExpectedModel = Pick<RunModel, "providerMode" | "scriptedModel"> & {
  /** Undefined if only the machine that runs the scenarios knows it. */
  primaryModel: string | undefined;
};

/**
 * Settles which model a run has.
 * @throws UsageError for another model on a gateway that is already running; what `liveModelFrom` throws
 */
export function chooseModel(
  choice: ModelChoice | undefined,
  gateway: GatewayTarget,
  env: Environment,
): RunModel {
  if (gateway.kind === "remote") {
    if (choice === undefined) {
      return { providerMode: PROVIDER_MODE.live, primaryModel: "unknown", scriptedModel: false };
    }
    throw new UsageError(
      `--model ${choice}: a gateway that is already running keeps the model that it has`,
      "Leave out --model.",
    );
  }
  const liveModel = choice === "live" ? liveModelFrom(env) : undefined;
  return {
    providerMode: PROVIDER_MODE[liveModel ? "live" : "scripted"],
    primaryModel: modelNames(liveModel).primary,
    scriptedModel: liveModel === undefined,
    liveModel,
  };
}

/**
 * The model of a run that is planned here and may take place elsewhere: a live one that this environment does not name
 * is not known yet.
 * @throws what `chooseModel` throws, except for a live model that is missing
 */
export function expectModel(choice: ModelChoice, gateway: GatewayTarget, env: Environment): ExpectedModel {
  const unknown = { providerMode: PROVIDER_MODE.live, primaryModel: undefined, scriptedModel: false };
  try {
    const model = chooseModel(choice, gateway, env);
    // Where a workflow plans, the variable says only that there is a name: `is there`. No model's name has a blank.
    return model.liveModel && /\s/.test(model.liveModel.model) ? unknown : model;
  } catch (error) {
    if (error instanceof QaError && error.code === "live-model-missing") return unknown;
    throw error;
  }
}
