import { BlockedError } from "../errors.ts";
import type { Wakeups } from "../lifecycle/wakeups.ts";
import type { GatewayFacts } from "../report/events.ts";
import type {
  CallOptions,
  Capability,
  GatewayEvent,
  GatewayIdentity,
  GatewayUnderTest,
  JsonObject,
} from "./gateway.ts";
import { readIdentity } from "./identity.ts";
import { Listeners } from "./listeners.ts";
import { waitUntilReady } from "./readiness.ts";
import { createRedactor } from "./redact.ts";
import { RpcClient } from "./rpc-client.ts";
import { RpcError } from "./rpc-errors.ts";

const CONNECT_TIMEOUT_MS = 10_000;

export interface RemoteGatewayOptions {
  target: string;
  token: string;
  mayWrite: boolean;
  wakeups: Wakeups;
}

/** A gateway that somebody else runs: it can be asked, but its process and files are out of reach. */
export class RemoteGateway implements GatewayUnderTest {
  readonly capabilities: ReadonlySet<Capability>;
  readonly baseUrl: string;
  readonly wsUrl: string;
  readonly token: string;
  readonly runtimeEnv = {};
  readonly pid = undefined;
  readonly #options: RemoteGatewayOptions;
  readonly #client: RpcClient;
  readonly #events = new Listeners<GatewayEvent>();
  #facts: GatewayFacts;

  constructor(options: RemoteGatewayOptions) {
    const { target, token, mayWrite, wakeups } = options;
    this.#options = options;
    this.wsUrl = target;
    this.baseUrl = target.replace(/^ws/, "http").replace(/\/$/, "");
    this.token = token;
    this.capabilities = new Set<Capability>(mayWrite ? ["config-write"] : []);
    this.#facts = { target, product: "running gateway", version: "unknown", readyMs: 0 };
    this.#client = new RpcClient({
      url: target,
      token,
      // Without the scope the gateway itself refuses to write, whatever a scenario asks for.
      scopes: [mayWrite ? "operator.admin" : "operator.read"],
      redact: createRedactor([token]),
      logTail: () => "",
      onEvent: (event) => {
        this.#events.emit(event);
        wakeups.notify();
      },
      onChange: () => wakeups.notify(),
    });
  }

  get facts(): GatewayFacts {
    return this.#facts;
  }
  get tempRoot(): string {
    return this.#blocked("workspace", "its temp root");
  }
  get workspaceDir(): string {
    return this.#blocked("workspace", "its workspace");
  }
  get stateDir(): string {
    return this.#blocked("workspace", "its state folder");
  }
  get configPath(): string {
    return this.#blocked("config-file", "its config file");
  }

  async connect(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    await this.#waitReady(CONNECT_TIMEOUT_MS, signal);
    const readyMs = Math.round(performance.now() - startedAt);
    this.#client.open();
    await this.call("health", {}, { signal });
    const hello = this.#client.hello;
    this.#facts = {
      ...this.#facts,
      version: hello?.version ?? "unknown",
      protocol: hello?.protocol,
      bootId: hello?.bootId,
      readyMs,
      rpcMs: Math.round(performance.now() - startedAt),
    };
  }

  async call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject> {
    try {
      return await this.#client.call(method, params, options);
    } catch (error) {
      if (!this.#options.mayWrite && error instanceof RpcError && /missing scope/i.test(error.message)) {
        throw new BlockedError("config-write", `${method} writes, and ${this.wsUrl} is only to be read`);
      }
      throw error;
    }
  }

  async identity(options?: CallOptions): Promise<GatewayIdentity> {
    return readIdentity(await this.call("gateway.status", {}, options));
  }

  async waitHealthy(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    await this.#waitReady(timeoutMs, signal);
    await this.call("health", {}, { timeoutMs: Math.max(1, deadline - performance.now()), signal });
  }

  #waitReady(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const { wakeups } = this.#options;
    return waitUntilReady(this.baseUrl, { timeoutMs, wakeups, signal, logTail: () => "" });
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    return this.#events.add(listener);
  }

  /** Its process is not ours to watch: a gateway that goes away shows as a call that times out. */
  onCrash(): () => void {
    return () => {};
  }

  logs(): string {
    return "";
  }
  markLogs(): number {
    return this.#blocked("logs", "its log");
  }
  readLogsSince(): string {
    return this.#blocked("logs", "its log");
  }

  async restartAfterStateMutation(): Promise<void> {
    this.#blocked("process", "its process");
  }
  async restart(): Promise<void> {
    this.#blocked("process", "its process");
  }
  signalProcess(): void {
    this.#blocked("process", "its process");
  }

  async stop(): Promise<void> {
    this.#client.down();
  }

  #blocked(capability: Capability, what: string): never {
    throw new BlockedError(capability, `${what} is out of reach: ${this.wsUrl} was not started by this run`);
  }
}
