import type { Secrets } from "../base/secrets/secrets.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import type { LiveModel } from "../gateway/live-model.ts";
import type { ProviderMode } from "../gateway/provider-mode.ts";
import type { RunPolicy, RunStarted } from "../report/events.ts";
import type { OpenReport } from "../report/open.ts";
import type { AttemptPool } from "./attempt/host/pool.ts";
import type { PreparedScenario } from "./prepared.ts";
import type { TestbedPool } from "./testbed/pool.ts";

/** Testbeds, and processes for attempts. */
export interface Pools {
  testbeds: TestbedPool;
  attempts: AttemptPool;
}

/** What a run is to do, on what, and where it reports. */
export interface RunSetup {
  runId: string;
  tool: RunStarted["tool"];
  /** What the run is a part of. */
  place: Pick<RunStarted, "lane" | "job" | "shard" | "selection" | "quarantine">;
  command: string;
  /** The same as values. */
  given: RunStarted["options"];
  /** The command that runs one scenario again, as the user would type it. */
  rerunCommand(scenarioId: string): string;
  gateway: GatewayKind;
  providerMode: ProviderMode;
  /** `provider/model` */
  primaryModel: string;
  /** Each gateway gets a scripted model of its own. */
  scriptedModel: boolean;
  /** Each gateway gets this one. */
  liveModel?: LiveModel;
  jobs: number;
  /** Those of the runs before, which stay open for the next; default: some of its own. */
  pools?: Pools | undefined;
  /** Testbeds that are started ahead of their scenario's turn. */
  bootAhead: number;
  /** Runs scenarios one after the other on the same gateway, as long as it is proved to be as it was. */
  share: boolean;
  /** Indexes of `scenarios`, in the order in which they run; default: as they are. */
  order?: readonly number[];
  policy: RunPolicy;
  scenarios: readonly PreparedScenario[];
  /** What plugins from elsewhere can do, in sentences. */
  allowed: readonly string[];
  reportFolder: string;
  /** Ways to break the embedded gateway in every scenario. */
  faults: readonly string[];
  /** Each attempt reports which faults it could have been broken with. */
  watchFaults?: boolean;
  secrets: Secrets;
  events: Pick<OpenReport, "emit">;
  /** Fires on Ctrl-C. Its reason is the error that running scenarios end with. */
  signal: AbortSignal;
  /** Fires when the time of the whole run is up; a scenario that has not begun then is not run. */
  timeUp: AbortSignal;
}
