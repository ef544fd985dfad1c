import type { JsonObject } from "../base/json.ts";
import type { Teardown } from "../base/teardown.ts";
import type { Wakeups } from "../base/wakeups.ts";
import type { ChannelBus } from "../channel/channel-bus.ts";
import type { Allow } from "../flow/run/host.ts";
import type { Permission } from "../flow/vocabulary.ts";
import type { DrivenGateway, GatewayIdentity } from "../gateway/gateway.ts";
import type { ProviderMode } from "../gateway/provider-mode.ts";
import type { HttpFakes } from "../http/fakes.ts";
import type { AgentModel } from "../model/agent-model.ts";
import { Scene } from "./scene/scene.ts";

/** What a run gives the actions of one scenario. */
export interface ScenarioContext {
  gateway: DrivenGateway;
  /** Notes what a scenario reads from the gateway other than through a call. */
  observed(what: string, answer: unknown): void;
  bus: ChannelBus;
  /** Undefined when the agent talks to a live provider. */
  model: AgentModel | undefined;
  /** Of the scenario's own services; undefined when it has none. */
  http?: HttpFakes | undefined;
  wakeups: Wakeups;
  /** For what an action leaves running: it ends with the scenario. */
  teardown: Teardown;
  /** Signal of the action that is running: fires at its own limit, the step's, the scenario's and on Ctrl-C. */
  signal(): AbortSignal;
  providerMode: ProviderMode;
  /** `provider/model`. */
  primaryModel: string;
  /** Id of the agent that scenarios talk to. */
  agentId: string;
  /** Absolute root of the repository that the scenario belongs to. */
  referenceRoot: string;
  /** Absolute path of the scenario file. */
  scenarioPath: string;
  /** The scenario belongs to a pack from elsewhere. */
  foreign: boolean;
  /** What the scenario may use beyond the flow API. */
  permissions: ReadonlySet<Permission>;
}

/** What a statement of a step says beside its parameters. */
interface StatementLimits {
  /** Its `within`, in milliseconds. */
  withinMs?: number | undefined;
  times?: number | undefined;
  /** Only what happened from then on counts, in milliseconds since the epoch. */
  afterMs?: number | undefined;
  /** Gives the statement so many milliseconds from now on; its watchdog ends it otherwise. */
  allow?: Allow;
}

/** What every action can reach. Its calls to the gateway end with the action. */
export interface ActionContext extends ScenarioContext {
  /** What has happened in this scenario. */
  scene: Scene;
  /** Of the statement that runs; absent where an older form or an expression calls. */
  limits?: StatementLimits;
  /** One RPC. `timeoutMs` defaults to 20 000. */
  call(method: string, params?: unknown, options?: { timeoutMs?: number }): Promise<JsonObject>;
  identity(options?: { timeoutMs?: number }): Promise<GatewayIdentity>;
  waitHealthy(timeoutMs: number): Promise<void>;
  /** Waits for a process other than that of `bootId`; it may be there already. */
  waitForNewBoot(bootId: string, timeoutMs: number): Promise<GatewayIdentity>;
}

/** Adds to a scenario's context the ways to ask the gateway that carry the signal of the running action. */
export function actionContext(scenario: ScenarioContext): ActionContext {
  const { gateway, signal } = scenario;
  const scene = new Scene(scenario);
  const seen = async (asked: Promise<GatewayIdentity>) => {
    const identity = await asked;
    scene.saw(identity);
    return identity;
  };
  return {
    ...scenario,
    scene,
    call: (method, params, options) => gateway.call(method, params, { ...options, signal: signal() }),
    identity: (options) => seen(gateway.identity({ ...options, signal: signal() })),
    waitHealthy: (timeoutMs) => gateway.waitHealthy(timeoutMs, signal()),
    waitForNewBoot: (bootId, timeoutMs) =>
      seen(gateway.waitForNewBoot(bootId, { timeoutMs, signal: signal() })),
  };
}
