import { readFile } from "node:fs/promises";
import JSON5 from "json5";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { Teardown } from "../../base/teardown.ts";
import { Wakeups } from "../../base/wakeups.ts";
import { QaBus } from "../../channel/bus.ts";
import { serveBus } from "../../channel/server.ts";
import type { GatewayKind, GatewayUnderTest } from "../../gateway/gateway.ts";
import type { LiveModel } from "../../gateway/live-model.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import { type ScriptedModel, startScriptedModel } from "../../model/scripted.ts";
import type { Scenario } from "../../scenario/types.ts";
import { AnswerShapes } from "../../shape/answers.ts";
import { logOf } from "../attempt/log-lines.ts";
import type { PreparedScenario } from "../prepared.ts";
import { pluginPatches } from "./plugins.ts";
import { workspaceSeed } from "./workspace.ts";

/** Time to tear down a testbed: its gateway, servers and folders. */
const TEARDOWN_MS = 15_000;

/** What of a run a testbed needs. */
export interface TestbedOptions {
  gateway: GatewayKind;
  /** Each gateway gets a scripted model of its own. */
  scriptedModel: boolean;
  /** Each gateway gets this one. */
  liveModel?: LiveModel;
  /** Ways to break the embedded gateway in every scenario. */
  faults: readonly string[];
  signal: AbortSignal;
}

/** The gateway of a testbed that has become ready, and what it was started with. */
export interface ReadyTestbed {
  gateway: GatewayUnderTest;
  busUrl: string;
  startConfig: JsonObject;
}

/**
 * What scenarios are run on: a channel, a model and a gateway. It begins to be set when it is made; whoever has
 * made it closes it, whether or not it was ever ready. The parts are there as far as they came to be.
 */
export class Testbed {
  readonly wakeups = new Wakeups();
  readonly teardown = new Teardown();
  readonly bus = new QaBus(this.wakeups);
  /** What the gateway's answers looked like, to be compared with those of other gateways. */
  answers = new AnswerShapes();
  model: ScriptedModel | undefined;
  gateway: GatewayUnderTest | undefined;
  /** Rejects when the gateway cannot be started. */
  readonly ready: Promise<ReadyTestbed>;
  readonly #options: TestbedOptions;
  readonly #closing = new AbortController();
  /** Where the log of the scenario that is played begins. */
  #logMark: number | undefined;
  /** The log of a gateway that is not ready, and may never be. */
  #startLog = () => "";

  constructor(prepared: PreparedScenario, options: TestbedOptions) {
    this.#options = options;
    this.ready = this.#start(prepared);
    // Whoever plays on it sees the error; a testbed that is set ahead of its turn may never be run on.
    this.ready.catch(() => {});
  }

  async #start(prepared: PreparedScenario): Promise<ReadyTestbed> {
    const { scenario, release } = prepared;
    const { teardown, wakeups } = this;
    const [{ url: busUrl }, model] = await Promise.all([
      serveBus(this.bus, teardown),
      this.#options.scriptedModel
        ? startScriptedModel({ teardown, wakeups, script: scenario.modelScript?.value })
        : undefined,
    ]);
    this.model = model;
    const gateway = await this.#options.gateway.start({
      teardown,
      wakeups,
      signal: AbortSignal.any([this.#options.signal, this.#closing.signal]),
      busUrl,
      modelUrl: model?.v1Url ?? "",
      liveModel: this.#options.liveModel,
      configPatches: configPatches(scenario),
      seedWorkspace: workspaceSeed(prepared),
      env: { ...this.#faultEnv(scenario), ...guardEnv(scenario) },
      release,
      onLog: (read) => {
        this.#startLog = read;
      },
    });
    this.gateway = gateway;
    return { gateway, busUrl, startConfig: await readConfig(gateway) };
  }

  /** What the scenario itself breaks, and what the command line breaks to see it fail. */
  #faultEnv(scenario: Scenario): Record<string, string> {
    const faults = [...(scenario.meta.faults ?? []), ...this.#options.faults];
    return faults.length > 0 ? { GATEWAY_FAULTS: faults.join(",") } : {};
  }

  /** Clears the testbed for the next scenario: nobody sees what was said, asked and logged before. */
  clearFor({ scenario }: PreparedScenario): void {
    this.bus.reset();
    this.answers = new AnswerShapes();
    this.model?.reset(scenario.modelScript?.value);
    if (this.gateway?.capabilities.has("logs")) this.#logMark = this.gateway.markLogs();
  }

  /** Whether the next scenario may have it: its gateway lives, and no answer of the model is under way. */
  get isAtRest(): boolean {
    const isAnswered = ({ status }: RecordedRequest) => status === "answered" || status === "aborted";
    const lives = this.gateway !== undefined && (this.gateway.pid !== undefined || !this.gateway.bootTimings);
    return lives && (this.model?.requests.every(isAnswered) ?? true);
  }

  /** The gateway's log of the scenario that is run on the testbed; empty while there is none. */
  log(): string {
    if (!this.gateway) return this.#startLog();
    return this.#logMark === undefined ? logOf(this.gateway) : this.gateway.readLogsSince(this.#logMark);
  }

  /** @returns what could not be torn down */
  async close(): Promise<string[]> {
    this.#closing.abort(
      new QaError("the testbed was closed while it was set", { code: "testbed-closed", fault: "harness" }),
    );
    // What is still being started would come after its tear-down.
    await this.ready.catch(() => {});
    return this.teardown.run(TEARDOWN_MS);
  }
}

function configPatches(scenario: Scenario): JsonObject[] {
  const { gatewayConfigPatch } = scenario.meta;
  return [...pluginPatches(scenario), ...(gatewayConfigPatch ? [gatewayConfigPatch as JsonObject] : [])];
}

/** A flow may look its guard up in the gateway's environment; that it runs at all means that it is set. */
function guardEnv(scenario: Scenario): Record<string, string> {
  const guard = scenario.meta.execution?.config?.allowEnv;
  return typeof guard === "string" ? { [guard]: "1" } : {};
}

/** The config that the gateway was started with; of one that is attached, what it has now. */
async function readConfig(gateway: GatewayUnderTest): Promise<JsonObject> {
  if (!gateway.capabilities.has("config-file")) {
    return (await gateway.call("config.get")).config as JsonObject;
  }
  return JSON5.parse(await readFile(gateway.configPath, "utf8")) as JsonObject;
}
