import type { GatewayUnderTest } from "../gateway.ts";
import { overlay } from "./overlay.ts";

/**
 * The same gateway, with every answer to a call shown to `onAnswer` before the caller gets it. Calls that the
 * runner makes for itself (identity, health) do not pass here.
 */
export function watchAnswers(
  gateway: GatewayUnderTest,
  onAnswer: (method: string, answer: unknown) => void,
): GatewayUnderTest {
  const call: GatewayUnderTest["call"] = async (method, params, options) => {
    const answer = await gateway.call(method, params, options);
    onAnswer(method, answer);
    return answer;
  };
  return overlay(gateway, { call });
}
