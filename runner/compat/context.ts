import { type ActionContext, actionContext } from "../actions/context.ts";
import { ROOT } from "../base/places.js";
import type { GatewayUnderTest } from "../gateway/gateway.ts";
import type { Testbed } from "../run/testbed/testbed.ts";

/** For actions that are run without a scenario. */
export function contextOf(
  { bus, model, wakeups, teardown }: Testbed,
  gateway: GatewayUnderTest,
  signal: AbortSignal,
): ActionContext {
  return actionContext({
    gateway,
    bus,
    model,
    wakeups,
    teardown,
    observed: () => {},
    signal: () => signal,
    providerMode: "mock-openai",
    primaryModel: "mock/mock-1",
    agentId: gateway.agentId,
    referenceRoot: ROOT,
    scenarioPath: "",
    foreign: false,
    permissions: new Set(),
  });
}
