import type { JsonObject } from "../base/json.ts";
import type { CallOptions, GatewayIdentity } from "./gateway.ts";
import { readIdentity } from "./identity.ts";
import type { LogCapture } from "./process/log.ts";
import type { Hello } from "./rpc/socket.ts";

/** What a dialect may use of the running gateway. */
export interface DialectAccess {
  readonly log: LogCapture;
  readonly pid: number | undefined;
  /** Of the connection as it is now; undefined while there is none. */
  readonly hello: Hello | undefined;
  call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject>;
  /** The same over a connection that exists for this one call. */
  callOnce(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject>;
  signalProcess(signal: NodeJS.Signals): void;
}

/** How a product does what products do in different ways. One per gateway. */
export interface GatewayDialect {
  /** Who the process is; resolves only when it answers RPC. */
  identity(options?: CallOptions): Promise<GatewayIdentity>;
  /** Asks the gateway to restart itself; it need not be back when this resolves. */
  requestRestart(): Promise<void>;
  call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject>;
}

/** A gateway that reports everything over RPC. */
export function statusDialect(access: DialectAccess): GatewayDialect {
  return {
    identity: async (options) => readIdentity(await access.call("qa.gateway.status", {}, options)),
    requestRestart: async () => {
      const reason = "requested by the scenario";
      await access.call("gateway.restart.request", { reason, delayMs: 0, skipCooldown: true });
    },
    call: (method, params, options) => access.call(method, params, options),
  };
}
