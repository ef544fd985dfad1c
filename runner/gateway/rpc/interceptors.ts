import type { JsonObject } from "../../base/json.ts";
import type { GatewayUnderTest } from "../gateway.ts";

type Call = GatewayUnderTest["call"];

/**
 * Stands between the callers and the gateway: sees the call and its outcome, and may replace either.
 * @param next passes the call on
 */
export type Interceptor = (method: string, next: () => Promise<JsonObject>) => Promise<JsonObject>;

/**
 * The gateway's `call` with interceptors before it, the first one outermost. The runner's own calls
 * (identity, health) do not pass them.
 */
export function interceptedCall(
  gateway: Pick<GatewayUnderTest, "call">,
  interceptors: readonly Interceptor[],
): Call {
  return (method, params, options) =>
    interceptors.reduceRight<() => Promise<JsonObject>>(
      (next, interceptor) => () => interceptor(method, next),
      () => gateway.call(method, params, options),
    )();
}
