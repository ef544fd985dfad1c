import { QaError } from "../errors.ts";
import type { Environment } from "./env.ts";
import type { GatewayKind, GatewayStart, GatewayUnderTest } from "./gateway.ts";
import { RemoteGateway } from "./remote-gateway.ts";

const TOKEN_VARIABLE = "GATEWAY_QA_TOKEN";
const WRITE_VARIABLE = "GATEWAY_QA_REMOTE_WRITE";

/** A gateway that is already running, for smoke checks: only read unless the environment allows more. */
export class RemoteKind implements GatewayKind {
  readonly name = "remote";
  readonly ownsInstall = false;
  readonly memoryBytes = 100 * 1024 * 1024;
  readonly target: string;
  readonly #token: string;
  readonly #mayWrite: boolean;

  /**
   * @param target `ws://host:port`
   * @throws QaError `gateway-token-missing`
   */
  constructor(target: string, env: Environment) {
    const token = env[TOKEN_VARIABLE];
    if (!token) {
      throw new QaError(`there is no token for the gateway at ${target}`, {
        code: "gateway-token-missing",
        fault: "environment",
        hint: `Set ${TOKEN_VARIABLE} to the gateway's token; ${WRITE_VARIABLE}=1 allows scenarios to write.`,
      });
    }
    this.target = target;
    this.#token = token;
    this.#mayWrite = env[WRITE_VARIABLE] === "1";
  }

  /** There is nothing to build or install. */
  async prepare(): Promise<void> {}

  async start({ teardown, wakeups, signal }: GatewayStart): Promise<GatewayUnderTest> {
    const gateway = new RemoteGateway({
      target: this.target,
      token: this.#token,
      mayWrite: this.#mayWrite,
      wakeups,
    });
    teardown.defer(`connection to ${this.target}`, () => gateway.stop());
    await gateway.connect(signal);
    return gateway;
  }
}
