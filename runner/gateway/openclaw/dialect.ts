import type { JsonObject } from "../../base/json.ts";
import type { DialectAccess, GatewayDialect } from "../dialect.ts";
import type { CallOptions, GatewayIdentity } from "../gateway.ts";
import { RpcError } from "../rpc/errors.ts";
import { LifecycleLog } from "./lifecycle-log.ts";

/** Every release answers it, and fast. */
const PROBE = "health";

/**
 * How to talk to a published OpenClaw release. No release says over RPC how often it has reloaded, and older ones
 * do not name their boot either: both are read from the log.
 */
export class OpenClawDialect implements GatewayDialect {
  readonly #access: DialectAccess;
  readonly #lifecycle: LifecycleLog;

  constructor(access: DialectAccess) {
    this.#access = access;
    this.#lifecycle = new LifecycleLog(access.log);
  }

  async identity(options?: CallOptions): Promise<GatewayIdentity> {
    await this.#access.call(PROBE, {}, options);
    const { hello } = this.#access;
    const { starts, reloads, pid = this.#access.pid } = this.#lifecycle.read();
    return { bootId: `${pid}-${starts}`, pid, version: hello?.version ?? "unknown", generation: reloads };
  }

  async requestRestart(): Promise<void> {
    try {
      await this.#access.call("gateway.restart.request", {
        reason: "requested by the scenario",
        restartDelayMs: 0,
      });
    } catch (error) {
      if (!(error instanceof RpcError && error.isUnknownMethod)) throw error;
      // Releases of spring 2026 restart on a signal only.
      this.#access.signalProcess("SIGUSR1");
    }
  }

  /**
   * Releases limit config writes, in spring 2026 to three a minute, and count them for each connection. A scenario
   * that has used them up goes on over a new connection instead of sitting out the minute.
   */
  async call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject> {
    try {
      return await this.#access.call(method, params, options);
    } catch (error) {
      if (!isRateLimit(error)) throw error;
      return this.#access.callOnce(method, params, options);
    }
  }
}

function isRateLimit(error: unknown): boolean {
  return error instanceof RpcError && /rate limit exceeded/i.test(error.message);
}
