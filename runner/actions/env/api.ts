import fs from "node:fs/promises";
import path from "node:path";
import type { JsonObject } from "../../base/json.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import { TRANSPORT, transportActions } from "../channel/transport.ts";
import {
  type ActionContext,
  type ActionSet,
  checkArguments,
  type FlowObjects,
  requireCapability,
} from "../define.ts";
import { pictureConstants } from "../model/pictures.ts";
import { ACTIONS } from "../vocabulary.ts";
import { flowGateway, interceptedGateway } from "./flow-gateway.ts";

/** What `env` tells a flow beside the gateway and the channel. */
export interface RunFacts {
  repoRoot: string;
  /** Folder of this scenario's evidence. */
  outputDir: string;
  alternateModel: string;
  /** The config that the gateway was started with. */
  cfg: JsonObject;
  busUrl: string;
  scenario: JsonObject;
  /** Fires when the scenario must end. */
  signal: AbortSignal;
}

/** The values behind the vocabulary's names, for one run of one scenario. */
export function createFlowApi(attempt: ActionContext, facts: RunFacts): Record<string, unknown> {
  const { bus } = attempt;
  const gateway = interceptedGateway(attempt.gateway, attempt);
  const context = { ...attempt, gateway };
  const state = needingChannel(gateway, {
    reset: bus.reset.bind(bus),
    getSnapshot: bus.getSnapshot.bind(bus),
    addInboundMessage: bus.addInboundMessage.bind(bus),
    addOutboundMessage: bus.addOutboundMessage.bind(bus),
    readMessage: bus.readMessage.bind(bus),
    searchMessages: bus.searchMessages.bind(bus),
    waitFor: (input: Parameters<typeof bus.waitFor>[0]) => bus.waitFor(input, context.signal()),
  });
  const objects: FlowObjects = { env: {}, state };
  const transport = {
    ...bind(transportActions, context, objects, "transport."),
    ...TRANSPORT,
    state,
  };
  const lab = { baseUrl: facts.busUrl };
  const env = {
    gateway: flowGateway(attempt.gateway, gateway.call, facts.cfg),
    transport,
    lab,
    mock: context.model
      ? {
          baseUrl: context.model.baseUrl,
          holdNextContinuation: context.model.holdNextContinuation.bind(context.model),
        }
      : null,
    cfg: facts.cfg,
    repoRoot: facts.repoRoot,
    outputDir: facts.outputDir,
    providerMode: context.providerMode,
    primaryModel: context.primaryModel,
    alternateModel: facts.alternateModel,
  };
  objects.env = env;
  const api = {
    ...bind(ACTIONS, context, objects),
    env,
    state,
    transport,
    lab,
    scenario: facts.scenario,
    signal: facts.signal,
    path,
    fs,
  };
  // Spreading would draw all pictures; their getters stay what they are.
  return Object.defineProperties(api, Object.getOwnPropertyDescriptors(pictureConstants()));
}

/** Nobody is at the other end of the bus of a gateway that was not started with it. */
function needingChannel<T extends Record<string, (...args: never[]) => unknown>>(
  gateway: GatewayUnderTest,
  functions: T,
): T {
  if (gateway.capabilities.has("qa-channel")) return functions;
  const blocked = Object.keys(functions).map((name) => [
    name,
    () => requireCapability(`state.${name}`, "qa-channel", gateway),
  ]);
  return Object.fromEntries(blocked) as T;
}

function bind(
  actions: ActionSet,
  context: ActionContext,
  objects: FlowObjects,
  prefix = "",
): Record<string, unknown> {
  const bound: Record<string, unknown> = {};
  for (const [name, action] of Object.entries(actions)) {
    const call = (...args: never[]) => {
      requireCapability(prefix + name, action.needs, context.gateway);
      checkArguments(prefix + name, action, args, objects);
      return action.run(context, ...args);
    };
    for (const alias of [name, ...(action.aliases ?? [])]) bound[alias] = call;
  }
  return bound;
}
