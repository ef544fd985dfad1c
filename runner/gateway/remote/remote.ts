import { QaError } from "../../base/errors.ts";
import { type RemoteTarget, TOKEN_VARIABLE } from "../../base/target.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "../gateway.ts";
import type { Environment } from "../process/env.ts";
import { RemoteGateway } from "./remote-gateway.ts";

/** A gateway that is already running, for smoke checks: it is only read unless the run may write. */
export class RemoteKind implements GatewayKind {
  readonly memoryBytes = 100 * 1024 * 1024;
  readonly target: RemoteTarget;
  readonly #mayWrite: boolean;
  readonly #token: string;

  /** @throws QaError `gateway-token-missing` */
  constructor(target: RemoteTarget, { env, mayWrite }: { env: Environment; mayWrite: boolean }) {
    const token = env[TOKEN_VARIABLE];
    if (!token) {
      throw new QaError(`there is no token for the gateway at ${target.url}`, {
        code: "gateway-token-missing",
        fault: "environment",
        hint: `Set ${TOKEN_VARIABLE} to the gateway's token.`,
      });
    }
    this.target = target;
    this.#token = token;
    this.#mayWrite = mayWrite;
  }

  /** There is nothing to build or install. */
  async prepare(): Promise<void> {}

  async start({ teardown, wakeups, secrets, signal }: GatewayStart): Promise<GatewayUnderTest> {
    secrets.add(this.#token);
    const gateway = new RemoteGateway({
      target: this.target.url,
      token: this.#token,
      mayWrite: this.#mayWrite,
      redactor: secrets,
      wakeups,
    });
    teardown.defer(`connection to ${this.target.url}`, () => gateway.stop());
    await gateway.connect(signal);
    return gateway;
  }
}
