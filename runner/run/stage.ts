import type { QaBus } from "../channel/bus.ts";
import type { GatewayUnderTest } from "../gateway/gateway.ts";
import type { ScriptedModel } from "../model/scripted.ts";
import type { AnswerShapes } from "../shape/answers.ts";

/** What a scenario runs with, as far as it came to be before something failed. */
export interface Stage {
  bus: QaBus;
  /** What the gateway's answers looked like, to be compared with those of other gateways. */
  answers: AnswerShapes;
  gateway?: GatewayUnderTest;
  model?: ScriptedModel;
}
