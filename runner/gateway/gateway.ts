import type { QaError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { Secrets } from "../base/secrets/secrets.ts";
import type { GatewayTarget } from "../base/target.ts";
import type { Teardown } from "../base/teardown.ts";
import type { Wakeups } from "../base/wakeups.ts";
import type { GatewayFacts } from "./facts.ts";
import type { LiveModel } from "./live-model.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a start cost: milliseconds from spawn to the first HTTP answer, to /readyz, to the first answered RPC. */
export interface BootTimings {
  listeningMs: number;
  readyMs: number;
  rpcMs: number;
}

/** What a gateway can do for scenarios; an action that needs a missing one ends as *blocked*. */
export type Capability =
  | "operator-admin"
  | "config-file"
  | "workspace"
  | "process"
  | "logs"
  | "reload-generation"
  | "qa-channel"
  | "scripted-model";

/** Who the process is and how often it has reloaded: the oracle for "hot, same process". */
export interface GatewayIdentity {
  /** Changes with every process start (even one that keeps its pid). */
  bootId: string;
  pid: number | undefined;
  version: string;
  /**
   * Config and plugin reloads applied since the start of this process.
   * @throws BlockedError `reload-generation` when read on a gateway that does not report it
   */
  generation: number;
}

export interface CallOptions {
  /** Milliseconds; default 20 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** How a program of the gateway's is started: it ends with the run, even with one that is killed. */
export interface CliCommand {
  file: string;
  /** Those that lead to the gateway's own command line. */
  args: readonly string[];
  cwd: string;
  /** The whole environment. */
  env: Record<string, string>;
}

export interface CliRunOptions {
  timeoutMs: number;
  signal: AbortSignal;
  /** Besides the environment of the gateway. */
  env?: Readonly<Record<string, string>>;
}

/** How a run of the gateway's command line ended. */
export interface CliResult {
  /** Undefined when a signal ended it or it never started. */
  exitCode: number | undefined;
  signal: NodeJS.Signals | undefined;
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

export interface NewBootOptions {
  /** Milliseconds; default 60 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** An event frame from the gateway. */
export interface GatewayEvent {
  event: string;
  payload: JsonObject;
}

/**
 * The gateway under test as scenarios drive it. Actions reach the gateway only through this interface, so that they run
 * unchanged on every kind, and in another process.
 */
export interface DrivenGateway {
  readonly facts: GatewayFacts;
  readonly capabilities: ReadonlySet<Capability>;
  /** Id of the agent that scenarios talk to. */
  readonly agentId: string;
  readonly baseUrl: string;
  readonly wsUrl: string;
  readonly token: string;
  readonly tempRoot: string;
  readonly workspaceDir: string;
  readonly stateDir: string;
  readonly configPath: string;
  /** Environment of the gateway process (secrets stripped). */
  readonly runtimeEnv: Readonly<Record<string, string | undefined>>;
  /** Set where the runner decides what the gateway updates itself to, and not the scenario. */
  readonly updatePlan?: UpdatePlan;
  /** Of the running process; undefined while it is down. */
  readonly pid: number | undefined;
  /**
   * One RPC over the shared operator connection. Rejects with a `QaError`: `rpc-error` (the gateway
   * refused; `RpcError` carries its code), `rpc-timeout`, `gateway-restarted`, `gateway-crashed`, `rpc-closed`.
   */
  call(method: string, params?: unknown, options?: CallOptions): Promise<JsonObject>;
  identity(options?: CallOptions): Promise<GatewayIdentity>;
  /** Waits until /readyz says ready and RPC answers; no sleeping. */
  waitHealthy(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * Waits until a process other than that of `bootId` is ready and answers RPC; it may be there already.
   * @throws QaError `wait-timeout`, `gateway-crashed`
   */
  waitForNewBoot(bootId: string, options?: NewBootOptions): Promise<GatewayIdentity>;
  /**
   * How the gateway's own command line is started; undefined when it is not on this machine.
   * @param env besides the environment of the gateway
   */
  cliCommand(env?: Readonly<Record<string, string>>): CliCommand | undefined;
  /**
   * Runs the gateway's own command line to its end, in the environment of the gateway.
   * @throws BlockedError `cli` when it is not on this machine; the signal's reason
   */
  runCli(args: readonly string[], options: CliRunOptions): Promise<CliResult>;
  /** A config of it, with the plugins that the run itself needs back in its lists: on releases, the way to the channel. */
  keepOwnPlugins(config: JsonObject): JsonObject;
  /** Whole log so far, redacted. */
  logs(): string;
  /** Cursor for `readLogsSince`. */
  markLogs(): number;
  readLogsSince(mark: number): string;
  /** Stops the process, lets `mutate` change files while it is down, starts it again on the same port. */
  restartAfterStateMutation(mutate: (gateway: DrivenGateway) => unknown): Promise<void>;
  /** Asks the running gateway to restart itself and waits until it is back with a new boot id. */
  restart(): Promise<void>;
  signalProcess(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Something that a gateway says it has done. */
export interface TraceRecord {
  /** Milliseconds since the epoch. */
  at: number;
  /** For instance `config-applied`. */
  event: string;
  facts: JsonObject;
}

/** The gateway under test, started and ready. One per testbed. */
export interface GatewayUnderTest extends DrivenGateway {
  /** Of the last start by this runner; absent for a gateway that was already running. */
  readonly bootTimings?: BootTimings;
  /** What it has recorded lately, oldest first; undefined where it records nothing. */
  trace?(): Promise<TraceRecord[] | undefined>;
  onEvent(listener: (event: GatewayEvent) => void): () => void;
  /**
   * Calls `listener` once if the process ends without having been asked to (by `stop`, a restart or
   * `signalProcess`), with the `gateway-crashed` error that says how and shows the end of the log.
   * @returns the function that ends the subscription
   */
  onCrash(listener: (error: QaError) => void): () => void;
}

/** An install that nothing else uses, for the scenario that may replace it. */
export interface OwnRelease {
  /** Version to begin with; ignored where the target (`--gateway`) names it. */
  version?: string;
  /** What it is updated to by default: a version, range or dist-tag. */
  updateTo?: string;
  /** It is installed as its operator's service, also where its updates do not need that. */
  asService?: boolean;
  /**
   * Tags under which a registry of the run's own offers later versions with a fault, instead of what is published. Only for
   * gateways that are published; the embedded one has such releases always.
   */
  targets?: readonly string[];
}

/** What a gateway will update itself to when it is asked; named as upstream's flows read it in `config`. */
export interface UpdatePlan {
  sourceVersion: string;
  /** As requested: a version, range or dist-tag. */
  targetTag: string;
  targetVersion: string;
  /**
   * What the conversation that asked gets to read: the note that came with the request, or what changed (the versions
   * before and after), in the gateway's own words.
   */
  notice: "note" | "versions";
  /**
   * It runs as its operator's service, and an update stops and starts it through the service manager. Otherwise it ends, and
   * what has started it starts it again.
   */
  isService: boolean;
}

/** What stands between a gateway and others on this machine, where that is to be broken. */
export interface GatewayBorders {
  /** @returns where the run's client connects in place of the gateway's port */
  rpc?(port: number, configPath: string): Promise<number>;
  /** @returns what the gateway's package managers ask in place of their registry */
  registry?(url: string): Promise<string>;
  /**
   * Set where calls may be lost on purpose. The process has ended.
   * @returns whether that was done on purpose, and it is to be started again
   */
  endedByFault?(): boolean;
}

export interface GatewayStart {
  teardown: Teardown;
  wakeups: Wakeups;
  /** What must not be shown; the gateway's own token is added. */
  secrets: Secrets;
  signal: AbortSignal;
  /** Where the QA bus listens, for instance `http://127.0.0.1:1234/<token>`. */
  busUrl: string;
  /** Where the scripted model listens, with `/v1`; unused with a live one. */
  modelUrl: string;
  /** The agent talks to this provider, and not to the scripted model. */
  liveModel?: LiveModel;
  /** What a scenario of another runner takes for granted. */
  surroundings?: Surroundings | undefined;
  /** Ids of plugins that must come with the gateway. */
  bundledPlugins?: readonly string[] | undefined;
  /** Merge patches for the config file, applied in order before the start. */
  configPatches: readonly JsonObject[];
  /** Fills the agent's workspace before the process starts; for kinds that own one. */
  seedWorkspace?(workspaceDir: string): Promise<void>;
  /** Extra environment for the process, for instance the requested faults. */
  env?: Readonly<Record<string, string>>;
  /** The same for what only the gateway's own programs may see. */
  secretEnv?: Readonly<Record<string, string>>;
  /**
   * Install the gateway into a prefix of its own and keep it running under a supervisor: it may replace
   * itself. Only for kinds that own what they run.
   */
  release?: OwnRelease;
  /**
   * Folder to live in, with what an earlier gateway has left in it, for kinds that own one. It is its maker's to remove.
   * Default: a new one, which goes with the gateway.
   */
  root?: string;
  /** The config file in place of the run's own, which it is made from. */
  config?(own: JsonObject): Promise<JsonObject>;
  /** Called when the config file is written and nothing runs yet; the gateway's own command line can be used. */
  beforeStart?(gateway: DrivenGateway): Promise<void>;
  /** Gets the reader of the log before anything is started: a gateway that never becomes ready has one too. */
  onLog?(read: () => string): void;
  /** Told what takes long besides the gateway's own start; what it returns is called when that is over. */
  onWait?(what: string): () => void;
  borders?: GatewayBorders;
  /** Leaves the temp root in place for a look at it. */
  keepTemp?: boolean;
}

/** What the name of a fault begins with that is a mutant. */
export const MUTANT = "mutant.";

/** A change of one place of a gateway's source, which is switched on as a fault of the name `mutant.<id>`. */
export interface Mutant {
  id: string;
  /** What kind of change: `condition-inverted`. */
  operator: string;
  /** Below the folder of the source, with slashes. */
  path: string;
  line: number;
  before: string;
  after: string;
}

/** One kind of gateway (`embedded`, `openclaw@…`, `ws://…`). */
export interface GatewayKind {
  readonly target: GatewayTarget;
  /** The most that one gateway, with what the runner needs for it, may use. */
  readonly memoryBytes: number;
  /** Work that one run does once for all scenarios: build, install. Safe to call concurrently. */
  prepare(signal: AbortSignal): Promise<void>;
  /**
   * The version that a release's target means, found without installing it.
   * @throws UsageError for no such release; QaError when the registry cannot be asked
   */
  version?(signal: AbortSignal): Promise<string>;
  /**
   * Why a scenario gets other releases than it names; undefined when it gets those. Builds and installs nothing.
   * @throws QaError when there is nothing that it could get
   */
  noteOnRelease?(release: OwnRelease): string | undefined;
  /** Names of the ways in which this gateway can be broken on purpose; only the embedded one has any. */
  faults?(signal: AbortSignal): Promise<readonly string[]>;
  /** Digest of what it was built from; of the embedded one. */
  buildId?(signal: AbortSignal): Promise<string>;
  /** The same, built with mutants, each of which is one more fault; of the embedded one, where its source is at hand. */
  mutated?(): GatewayKind;
  /** Its mutants, of a mutated one. */
  mutants?(signal: AbortSignal): Promise<readonly Mutant[]>;
  start(options: GatewayStart): Promise<GatewayUnderTest>;
}
