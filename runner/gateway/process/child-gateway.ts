import { writeFile } from "node:fs/promises";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Redactor } from "../../base/secrets/secrets.ts";
import { countdown } from "../../base/slow.ts";
import type { Wakeups } from "../../base/wakeups.ts";
import { AGENT_ID, keepPlugins } from "../config.ts";
import { type DialectAccess, type GatewayDialect, statusDialect } from "../dialect.ts";
import type { GatewayFacts } from "../facts.ts";
import type {
  BootTimings,
  CallOptions,
  Capability,
  CliCommand,
  CliResult,
  CliRunOptions,
  GatewayEvent,
  GatewayIdentity,
  GatewayStart,
  GatewayUnderTest,
  NewBootOptions,
  TraceRecord,
  UpdatePlan,
} from "../gateway.ts";
import { waitForNewBoot } from "../new-boot.ts";
import { RpcClient, type RpcClientOptions } from "../rpc/client.ts";
import { restartedError, stoppedError } from "../rpc/errors.ts";
import { Listeners } from "../rpc/listeners.ts";
import { BOOT_CEILING_MS, BootWatch, judged } from "./boot-watch.ts";
import { runCommand } from "./cli.ts";
import { GatewayProcess } from "./gateway-process.ts";
import type { LogCapture } from "./log.ts";
import type { GatewayProgram } from "./program.ts";
import { waitUntilReady } from "./readiness.ts";
import type { TempRoot } from "./temp-root.ts";
import { readTrace } from "./trace.ts";
import { watchedEnv } from "./watchdog-env.ts";

/** Its process answers already, and the machine may still be busy. */
const FIRST_CALL_MS = 120_000;

export interface ChildGatewayOptions {
  program: GatewayProgram;
  tempRoot: TempRoot;
  port: number;
  token: string;
  env: Readonly<Record<string, string>>;
  /** Names of those variables that only the gateway's own programs may see. */
  hidden?: ReadonlySet<string>;
  config: JsonObject;
  log: LogCapture;
  redactor: Redactor;
  wakeups: Wakeups;
  signal: AbortSignal;
  /** Its agent talks to the run's own model. */
  scriptedModel: boolean;
  /** What the run's client connects to in place of `port`. */
  rpcPort?: number | undefined;
  /** See `GatewayBorders`. */
  endedByFault?: (() => boolean) | undefined;
}

const CAPABILITIES: ReadonlySet<Capability> = new Set<Capability>([
  "operator-admin",
  "config-file",
  "workspace",
  "process",
  "logs",
  "reload-generation",
  "qa-channel",
]);

/** A gateway that runs as a child process of the runner, in a temp root of its own. */
export class ChildGateway implements GatewayUnderTest {
  readonly capabilities: ReadonlySet<Capability>;
  readonly agentId = AGENT_ID;
  readonly baseUrl: string;
  readonly wsUrl: string;
  readonly token: string;
  readonly tempRoot: string;
  readonly workspaceDir: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly runtimeEnv: Readonly<Record<string, string>>;
  readonly updatePlan: UpdatePlan | undefined;
  readonly #options: ChildGatewayOptions;
  readonly #client: RpcClient;
  readonly #dialect: GatewayDialect;
  readonly #events = new Listeners<GatewayEvent>();
  readonly #process: GatewayProcess;
  #facts: GatewayFacts;
  #bootTimings: BootTimings | undefined;

  constructor(options: ChildGatewayOptions) {
    const { program, tempRoot, port, token, env, wakeups } = options;
    this.#options = options;
    this.capabilities = new Set([
      ...CAPABILITIES,
      ...(options.scriptedModel ? ["scripted-model" as const] : []),
    ]);
    this.baseUrl = `http://127.0.0.1:${port}`;
    this.wsUrl = `ws://127.0.0.1:${port}`;
    this.token = token;
    this.tempRoot = tempRoot.root;
    this.workspaceDir = tempRoot.workspaceDir;
    this.stateDir = tempRoot.stateDir;
    this.configPath = tempRoot.configPath;
    this.runtimeEnv = Object.fromEntries(Object.entries(env).filter(([name]) => !options.hidden?.has(name)));
    this.updatePlan = program.updatePlan;
    const { target, product, version, buildId, node, boot } = program;
    this.#facts = { target, product, version, buildId, node, boot, readyMs: 0 };
    const { traceVariable } = program;
    this.#process = new GatewayProcess({
      ...options,
      // Not for its command line: what that starts is another gateway.
      env: traceVariable === undefined ? env : { ...env, [traceVariable]: tempRoot.tracePath },
      onUnexpectedEnd: (error) => this.#endedUnexpectedly(error),
    });
    this.#client = this.#newClient({
      onEvent: (event) => {
        this.#events.emit(event);
        wakeups.notify();
      },
      onChange: () => wakeups.notify(),
    });
    this.#dialect = (program.dialect ?? statusDialect)(this.#dialectAccess());
  }

  #newClient(listeners: Pick<RpcClientOptions, "onEvent" | "onChange">): RpcClient {
    const { redactor, rpcPort, endedByFault } = this.#options;
    return new RpcClient({
      url: rpcPort === undefined ? this.wsUrl : `ws://127.0.0.1:${rpcPort}`,
      repeats: endedByFault !== undefined,
      token: this.token,
      scopes: ["operator.admin"],
      redactor,
      logTail: this.#process.logTail,
      ...listeners,
    });
  }

  #dialectAccess(): DialectAccess {
    const { log } = this.#options;
    const pid = () => this.pid;
    const hello = () => this.#client.hello;
    return {
      log,
      get pid() {
        return pid();
      },
      get hello() {
        return hello();
      },
      call: (method, params, options) => this.#client.call(method, params, options),
      callOnce: (method, params, options) => this.#callOnce(method, params, options),
      signalProcess: (signal) => this.#process.signal(signal),
    };
  }

  async #callOnce(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject> {
    const client = this.#newClient({ onEvent: () => {}, onChange: () => {} });
    client.open();
    try {
      return await client.call(method, params, options);
    } finally {
      client.down();
    }
  }

  get facts(): GatewayFacts {
    return this.#facts;
  }
  get bootTimings(): BootTimings | undefined {
    return this.#bootTimings;
  }
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Writes the config, starts the process and waits until it is ready and answers RPC. */
  async start(beforeBoot?: GatewayStart["beforeStart"]): Promise<void> {
    const { config, tempRoot } = this.#options;
    await writeFile(tempRoot.configPath, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    await beforeBoot?.(this);
    await this.#boot();
  }

  async #boot(): Promise<void> {
    const { signal } = this.#options;
    using watch = this.#bootWatch();
    const spawnedAt = await this.#process.spawn();
    const sinceSpawn = () => Math.round(performance.now() - spawnedAt);
    // Loading the WebSocket takes about as long as the gateway needs to listen: do both at once.
    void globalThis.WebSocket;
    let listeningMs = 0;
    const listening = () => {
      listeningMs = sinceSpawn();
      // The handshake goes on while the gateway gets ready.
      this.#client.open();
    };
    await judged(watch, "the gateway did not get ready", () =>
      this.#waitReady(BOOT_CEILING_MS, signal, { watch, onListening: listening }),
    );
    const readyMs = sinceSpawn();
    const { version, bootId, pid } = await judged(watch, "the gateway did not answer its first call", () =>
      this.identity({ signal, timeoutMs: FIRST_CALL_MS }),
    );
    const rpcMs = sinceSpawn();
    this.#process.booted();
    this.#bootTimings = { listeningMs, readyMs, rpcMs };
    this.#facts = {
      ...this.#facts,
      version,
      protocol: this.#client.hello?.protocol,
      bootId,
      pid,
      readyMs,
      rpcMs,
    };
  }

  /** @returns whether it goes on all the same */
  #endedUnexpectedly(error: QaError): boolean {
    if (!this.#options.endedByFault?.()) {
      this.#client.down(error);
      return false;
    }
    void this.#startAgain();
    return true;
  }

  /** As the service manager of an operator does it. */
  async #startAgain(): Promise<void> {
    const { signal } = this.#options;
    try {
      using watch = this.#bootWatch();
      await this.#process.spawn();
      await judged(watch, "the gateway that was killed on purpose did not get ready", () =>
        this.#waitReady(BOOT_CEILING_MS, signal, { watch }),
      );
      this.#process.booted();
    } catch (error) {
      if (error instanceof QaError) this.#process.giveUp(error);
    }
  }

  #bootWatch(): BootWatch {
    const { port, log, tempRoot } = this.#options;
    return new BootWatch({
      port,
      pid: () => this.pid,
      logged: () => log.mark(),
      folders: [tempRoot.root, tempRoot.stateDir, tempRoot.workspaceDir, tempRoot.homeDir, tempRoot.tmpDir],
      logTail: this.#process.logTail,
    });
  }

  #waitReady(
    timeoutMs: number,
    signal?: AbortSignal,
    { watch, onListening }: { watch?: BootWatch; onListening?: () => void } = {},
  ): Promise<void> {
    const { wakeups } = this.#options;
    return waitUntilReady(this.baseUrl, {
      timeoutMs,
      wakeups,
      signal,
      onListening,
      onAnswer: (answer, unconnected) => watch?.answered(answer, unconnected),
      requireAlive: () => {
        this.#process.requireAlive();
        watch?.check();
      },
      logTail: this.#process.logTail,
    });
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject> {
    return this.#dialect.call(method, params, options);
  }

  identity(options?: CallOptions): Promise<GatewayIdentity> {
    return this.#dialect.identity(options);
  }

  async waitHealthy(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const left = countdown(timeoutMs);
    await this.#waitReady(timeoutMs, signal);
    await this.identity({ timeoutMs: left(), signal });
  }

  async waitForNewBoot(bootId: string, options: NewBootOptions = {}): Promise<GatewayIdentity> {
    const { wakeups } = this.#options;
    using watch = this.#bootWatch();
    const surroundings = { wakeups, logTail: this.#process.logTail };
    return judged(
      watch,
      "the gateway did not come back",
      () => waitForNewBoot(this, bootId, options, surroundings),
      () => !this.#isStill(bootId),
    );
  }

  /** Whether the process that it was before the restart answers. */
  #isStill(bootId: string): boolean {
    const hello = this.#client.hello;
    return hello !== undefined && (hello.bootId ?? bootId) === bootId;
  }

  cliCommand(env: Readonly<Record<string, string>> = {}): CliCommand | undefined {
    const { file, cliFile = file, cliArgs } = this.#options.program;
    const runtimeEnv = { ...this.runtimeEnv, ...env };
    return (
      cliArgs && {
        file: cliFile,
        args: cliArgs,
        cwd: this.tempRoot,
        env: watchedEnv(runtimeEnv, this.tempRoot),
      }
    );
  }

  runCli(args: readonly string[], { env, ...options }: CliRunOptions): Promise<CliResult> {
    // It is the gateway's own program, started here: it gets all that the gateway gets.
    return runCommand(this.cliCommand({ ...this.#options.env, ...env }), args, options);
  }

  keepOwnPlugins(config: JsonObject): JsonObject {
    return keepPlugins(config, this.#options.program.plugins ?? {});
  }

  onEvent(listener: (event: GatewayEvent) => void): () => void {
    return this.#events.add(listener);
  }

  onCrash(listener: (error: QaError) => void): () => void {
    return this.#process.onCrash(listener);
  }

  logs(): string {
    return this.#options.log.text();
  }
  markLogs(): number {
    return this.#options.log.mark();
  }
  readLogsSince(mark: number): string {
    return this.#options.log.since(mark);
  }

  async trace(): Promise<TraceRecord[] | undefined> {
    const { program, tempRoot } = this.#options;
    return program.traceVariable === undefined ? undefined : readTrace(tempRoot.tracePath);
  }

  async restart(): Promise<void> {
    const { signal } = this.#options;
    const { bootId } = await this.identity({ signal });
    try {
      await this.#dialect.requestRestart();
    } catch (error) {
      // The restart may be faster than its answer.
      if (!(error instanceof QaError && error.code === "gateway-restarted")) throw error;
    }
    await this.waitForNewBoot(bootId, { signal });
  }

  async restartAfterStateMutation(mutate: (gateway: GatewayUnderTest) => unknown): Promise<void> {
    await this.#end(restartedError("the call"));
    await mutate(this);
    await this.#boot();
  }

  signalProcess(signal: NodeJS.Signals): void {
    this.#process.signalForScenario(signal);
  }

  async stop(): Promise<void> {
    await this.#end(stoppedError());
  }

  async #end(reason: QaError): Promise<void> {
    this.#client.down(reason);
    await this.#process.stop();
  }
}
