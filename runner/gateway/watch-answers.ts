import type { GatewayUnderTest } from "./gateway.ts";

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
  return new Proxy(gateway, {
    get(target, name) {
      if (name === "call") return call;
      const value: unknown = Reflect.get(target, name, target);
      // Methods of a class with private members work on the object itself only.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
