import { BlockedError } from "../../base/errors.ts";
import type { DrivenGateway } from "../../gateway/gateway.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import type { Interceptor } from "../../gateway/rpc/interceptors.ts";

/** Without one of these a gateway is broken, not merely limited: when it does not know one, that is a failure. */
const EVERY_GATEWAY_HAS: ReadonlySet<string> = new Set([
  ...["health", "channels.status", "skills.status", "config.get", "config.patch", "config.apply"],
  ...["agent", "agent.wait", "chat.history", "sessions.create", "sessions.list"],
]);

/** Methods whose name does not begin with the capability that they belong to. */
const CAPABILITY_OF: readonly [prefix: string, capability: string][] = [
  ["doctor.memory.", "memory"],
  ["last-heartbeat", "heartbeat"],
  ["set-heartbeats", "heartbeat"],
];

/** What a gateway that does not know this method cannot do: `cron` for `cron.add`. */
export function capabilityOf(method: string): string {
  const named = CAPABILITY_OF.find(([prefix]) => method.startsWith(prefix));
  return named?.[1] ?? method.split(".")[0] ?? method;
}

/** A method that the gateway does not know ends the scenario as *blocked*: it asks for what this gateway lacks. */
export const blockUnknownMethods: Interceptor = async (method, next) => {
  try {
    return await next();
  } catch (error) {
    throw isUnknown(method, error) ? missing(method, error) : error;
  }
};

/**
 * Whether an unknown method blocks a scenario. Not where scenario and gateway both belong to this
 * repository: its scenarios ask the embedded gateway only for what it has, so an unknown method is
 * one that was lost.
 * @param foreign the scenario belongs to a pack from elsewhere
 */
export function mayLackMethods({ facts }: Pick<DrivenGateway, "facts">, foreign: boolean): boolean {
  return foreign || facts.target !== "embedded";
}

function isUnknown(method: string, error: unknown): error is RpcError {
  return error instanceof RpcError && error.isUnknownMethod && !EVERY_GATEWAY_HAS.has(method);
}

/** @param refusal the gateway's own, which a statement may have expected */
function missing(method: string, refusal: RpcError): BlockedError {
  const { meant } = refusal;
  const capability = capabilityOf(method);
  const blocked = new BlockedError(
    capability,
    `this gateway has no RPC method \`${method}\`${meant === undefined ? `: it lacks \`${capability}\`` : `; did you mean \`${meant}\`?`}`,
  );
  blocked.cause = refusal;
  return blocked;
}
