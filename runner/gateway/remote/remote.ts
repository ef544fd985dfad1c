import { QaError, UsageError } from "../../base/errors.ts";
import { isLoopback } from "../../base/loopback.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "../gateway.ts";
import type { Environment } from "../process/env.ts";
import { RemoteGateway } from "./remote-gateway.ts";

const TOKEN_VARIABLE = "GATEWAY_QA_TOKEN";

/** A gateway that is already running, for smoke checks: it is only read unless the run may write. */
export class RemoteKind implements GatewayKind {
  readonly name = "remote";
  readonly ownsInstall = false;
  readonly memoryBytes = 100 * 1024 * 1024;
  readonly target: string;
  readonly mayWrite: boolean;
  readonly #token: string;

  /**
   * @param target `ws://127.0.0.1:port`, or `wss://host:port`
   * @throws UsageError for an address that is none, or that would give the token away; QaError `gateway-token-missing`
   */
  constructor(target: string, { env, mayWrite }: { env: Environment; mayWrite: boolean }) {
    requireSafeAddress(target);
    const token = env[TOKEN_VARIABLE];
    if (!token) {
      throw new QaError(`there is no token for the gateway at ${target}`, {
        code: "gateway-token-missing",
        fault: "environment",
        hint: `Set ${TOKEN_VARIABLE} to the gateway's token.`,
      });
    }
    this.target = target;
    this.#token = token;
    this.mayWrite = mayWrite;
  }

  /** There is nothing to build or install. */
  async prepare(): Promise<void> {}

  async start({ teardown, wakeups, signal }: GatewayStart): Promise<GatewayUnderTest> {
    const gateway = new RemoteGateway({
      target: this.target,
      token: this.#token,
      mayWrite: this.mayWrite,
      wakeups,
    });
    teardown.defer(`connection to ${this.target}`, () => gateway.stop());
    await gateway.connect(signal);
    return gateway;
  }
}

function requireSafeAddress(target: string): void {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (!url?.hostname) {
    throw new UsageError(
      `--gateway ${target}: not an address of a gateway`,
      "It looks like ws://127.0.0.1:18789.",
    );
  }
  const address = `${url.protocol}//${url.host}`;
  if (url.username || url.password || url.search || url.hash) {
    throw new UsageError(
      `--gateway ${address}: nothing may stand in the address but host, port and path`,
      `The token belongs into ${TOKEN_VARIABLE}: an address is shown in reports.`,
    );
  }
  if (url.protocol === "ws:" && !isLoopback(url.hostname)) {
    throw new UsageError(
      `--gateway ${address}: ws:// would send the token to another machine in the clear`,
      `Use wss://${url.host}, or a tunnel: \`ssh -N -L 18789:127.0.0.1:${url.port || 80} ${url.hostname}\`, then ws://127.0.0.1:18789.`,
    );
  }
}
