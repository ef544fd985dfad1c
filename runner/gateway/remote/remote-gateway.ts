import { BlockedError, QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Redactor } from "../../base/secrets/secrets.ts";
import { countdown } from "../../base/slow.ts";
import type { Wakeups } from "../../base/wakeups.ts";
import type { GatewayFacts } from "../facts.ts";
import type {
  CallOptions,
  Capability,
  CliResult,
  CliRunOptions,
  GatewayEvent,
  GatewayIdentity,
  GatewayUnderTest,
  NewBootOptions,
} from "../gateway.ts";
import { readIdentity, withoutGeneration } from "../identity.ts";
import { waitForNewBoot } from "../new-boot.ts";
import { runCommand } from "../process/cli.ts";
import { waitUntilReady } from "../process/readiness.ts";
import { RpcClient } from "../rpc/client.ts";
import { RpcError } from "../rpc/errors.ts";
import { Listeners } from "../rpc/listeners.ts";
import { RemoteBoots } from "./remote-boots.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** Says who the process is; releases do not have it. */
const STATUS = "qa.gateway.status";
/** Agent of a gateway whose config names none. */
const UNCONFIGURED_AGENT = "main";

export interface RemoteGatewayOptions {
  target: string;
  token: string;
  mayWrite: boolean;
  redactor: Redactor;
  wakeups: Wakeups;
}

/** A gateway that was already running: it can be asked, but its process and files are out of reach. */
export class RemoteGateway implements GatewayUnderTest {
  readonly baseUrl: string;
  readonly wsUrl: string;
  readonly token: string;
  readonly runtimeEnv = {};
  readonly pid = undefined;
  readonly #options: RemoteGatewayOptions;
  readonly #client: RpcClient;
  readonly #events = new Listeners<GatewayEvent>();
  readonly #boots = new RemoteBoots();
  readonly #capabilities = new Set<Capability>();
  #facts: GatewayFacts;
  #agentId = UNCONFIGURED_AGENT;

  constructor(options: RemoteGatewayOptions) {
    const { target, token, mayWrite, redactor, wakeups } = options;
    this.#options = options;
    this.wsUrl = target;
    this.baseUrl = target.replace(/^ws/, "http").replace(/\/$/, "");
    this.token = token;
    if (mayWrite) this.#capabilities.add("operator-admin");
    this.#facts = { target, product: "running gateway", version: "unknown", readyMs: 0 };
    this.#client = new RpcClient({
      url: target,
      token,
      // Without the scope the gateway itself refuses to write, whatever a scenario asks for.
      scopes: [mayWrite ? "operator.admin" : "operator.read"],
      redactor,
      logTail: () => "",
      onEvent: (event) => {
        this.#events.emit(event);
        wakeups.notify();
      },
      onChange: (closeCode) => {
        if (closeCode !== undefined) this.#boots.closed(closeCode);
        if (this.#client.hello) this.#boots.connected(this.#client.hello);
        wakeups.notify();
      },
    });
  }

  get capabilities(): ReadonlySet<Capability> {
    return this.#capabilities;
  }
  get agentId(): string {
    return this.#agentId;
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

  /** @throws QaError `gateway-unreachable`, `gateway-refused` */
  async connect(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    await this.#reach(signal);
    const readyMs = Math.round(performance.now() - startedAt);
    this.#client.open();
    const health = await this.#enter(signal);
    const rpcMs = Math.round(performance.now() - startedAt);
    const hello = this.#client.hello;
    if (hello?.methods.has(STATUS)) this.#capabilities.add("reload-generation");
    this.#agentId = await this.#defaultAgent(health, signal);
    this.#facts = {
      ...this.#facts,
      version: hello?.version ?? "unknown",
      buildId: hello?.buildId,
      protocol: hello?.protocol,
      bootId: this.#boots.bootId,
      readyMs,
      rpcMs,
    };
  }

  async #enter(signal: AbortSignal): Promise<JsonObject> {
    try {
      return await this.call("health", {}, { signal });
    } catch (error) {
      if (!(error instanceof RpcError && error.method === "connect")) throw error;
      throw new QaError(`${this.wsUrl} does not let the run in: ${error.message}`, {
        code: "gateway-refused",
        fault: "environment",
        hint: error.hint,
        details: error.details,
        cause: error,
      });
    }
  }

  /** Releases name it with their health; the embedded gateway has it in its config only. */
  async #defaultAgent({ defaultAgentId }: JsonObject, signal: AbortSignal): Promise<string> {
    if (typeof defaultAgentId === "string") return defaultAgentId;
    const { config } = await this.call("config.get", {}, { signal });
    const { agents } = (config ?? {}) as { agents?: { list?: { id?: string; default?: boolean }[] } };
    const list = agents?.list ?? [];
    return (list.find((agent) => agent.default) ?? list[0])?.id ?? UNCONFIGURED_AGENT;
  }

  async #reach(signal: AbortSignal): Promise<void> {
    try {
      await this.#waitReady(CONNECT_TIMEOUT_MS, signal);
    } catch (error) {
      if (!(error instanceof QaError && error.code === "wait-timeout")) throw error;
      throw new QaError(`no gateway is ready at ${this.wsUrl}`, {
        code: "gateway-unreachable",
        fault: "environment",
        hint: "Check the address, and that the gateway runs: its /readyz must say ready.",
        details: error.details,
        cause: error,
      });
    }
  }

  async call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject> {
    try {
      return await this.#client.call(method, params, options);
    } catch (error) {
      if (!this.#options.mayWrite && error instanceof RpcError && /missing scope/i.test(error.message)) {
        throw new BlockedError(
          "operator-admin",
          `${this.wsUrl} does not let a client that only reads call ${method}`,
          "With --allow-writes the run asks for the scope operator.admin.",
        );
      }
      throw error;
    }
  }

  async identity(options?: CallOptions): Promise<GatewayIdentity> {
    if (this.#capabilities.has("reload-generation"))
      return readIdentity(await this.call(STATUS, {}, options));
    await this.call("health", {}, options);
    return withoutGeneration({
      bootId: this.#boots.bootId,
      pid: undefined,
      version: this.#client.hello?.version ?? "unknown",
    });
  }

  async waitHealthy(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const left = countdown(timeoutMs);
    await this.#waitReady(timeoutMs, signal);
    await this.call("health", {}, { timeoutMs: left(), signal });
  }

  waitForNewBoot(bootId: string, options: NewBootOptions = {}): Promise<GatewayIdentity> {
    const { wakeups } = this.#options;
    return waitForNewBoot(this, bootId, options, { wakeups, logTail: () => "" });
  }

  /** It may run on another machine. */
  cliCommand(): undefined {}

  runCli(args: readonly string[], options: CliRunOptions): Promise<CliResult> {
    return runCommand(this.cliCommand(), args, options);
  }

  #waitReady(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const { wakeups } = this.#options;
    return waitUntilReady(this.baseUrl, { timeoutMs, wakeups, signal, logTail: () => "" });
  }

  keepOwnPlugins(config: JsonObject): JsonObject {
    return config;
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    return this.#events.add(listener);
  }

  /** Its process is not ours to watch: a gateway that goes away shows as a call that times out. */
  onCrash(): () => void {
    return () => {};
  }

  logs(): string {
    return this.#blocked("logs", "its log");
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
