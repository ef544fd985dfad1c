import type { DrivenGateway } from "../../gateway/gateway.ts";
import { overlay } from "../../gateway/overlay.ts";
import { interceptedCall } from "../../gateway/rpc/interceptors.ts";
import type { ScenarioContext } from "../context.ts";
import { blockUnknownMethods, mayLackMethods } from "./rpc-capabilities.ts";

/** The gateway as actions reach it. */
export function interceptedGateway(
  gateway: DrivenGateway,
  { foreign }: Pick<ScenarioContext, "foreign">,
): DrivenGateway {
  if (!mayLackMethods(gateway, foreign)) return gateway;
  return overlay(gateway, { call: interceptedCall(gateway, [blockUnknownMethods]) });
}
