import type { QaBus } from "../channel/bus.ts";
import type { GatewayUnderTest } from "../gateway/gateway.ts";
import type { ScriptedModel } from "../model/scripted.ts";

/** What a scenario runs with, as far as it came to be before something failed. */
export interface Stage {
  bus: QaBus;
  gateway?: GatewayUnderTest;
  model?: ScriptedModel;
}
