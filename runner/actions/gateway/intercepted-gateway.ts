import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import { overlay } from "../../gateway/overlay.ts";
import { interceptedCall, watchAnswers } from "../../gateway/rpc/interceptors.ts";
import type { ScenarioContext } from "../context.ts";
import { blockUnknownMethods, mayLackMethods } from "./rpc-capabilities.ts";

/** The gateway as actions reach it: what a scenario asks of it passes the interceptors in this order, the first outermost. */
export function interceptedGateway(
  gateway: GatewayUnderTest,
  { foreign, observed }: Pick<ScenarioContext, "foreign" | "observed">,
): GatewayUnderTest {
  const call = interceptedCall(gateway, [
    ...(mayLackMethods(gateway, foreign) ? [blockUnknownMethods] : []),
    watchAnswers(observed),
  ]);
  return overlay(gateway, { call });
}
