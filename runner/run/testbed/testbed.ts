import { readFile } from "node:fs/promises";
import { join } from "node:path";
import JSON5 from "json5";
import { errorMessage, QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { secretValues } from "../../base/secrets/names.ts";
import { Secrets } from "../../base/secrets/secrets.ts";
import { Teardown } from "../../base/teardown.ts";
import { makeTempFolder } from "../../base/temp-folder.ts";
import { Wakeups } from "../../base/wakeups.ts";
import { QaBus } from "../../channel/bus.ts";
import { type BusServerOptions, serveBus } from "../../channel/server.ts";
import type { GatewayKind, GatewayUnderTest } from "../../gateway/gateway.ts";
import type { LiveModel } from "../../gateway/live-model.ts";
import { nodeOptionsOf } from "../../gateway/process/env.ts";
import { keptInside } from "../../gateway/process/outside.ts";
import { type HttpFakes, startFakes } from "../../http/fakes.ts";
import type { UnknownRequest } from "../../http/local-server.ts";
import { type ScriptedModel, startScriptedModel } from "../../model/scripted.ts";
import type { ModelScript } from "../../scenario/schema/model-script-schema.ts";
import { AnswerShapes } from "../../shape/answers.ts";
import { TestbedFaults } from "./faults.ts";
import { fillIn } from "./fill-in.ts";
import type { TestbedNeeds } from "./needs.ts";
import type { Proof, Subject } from "./share/prove.ts";
import type { Stock } from "./share/stock.ts";
import { refuseUnreadKeys } from "./unread-keys.ts";

/** Time to tear down a testbed: its gateway, servers and folders. */
const TEARDOWN_MS = 60_000;
/** A gateway may ask without end. */
const MOST_UNKNOWN = 100;

/** What all testbeds of a run have in common. */
export interface TestbedOptions {
  gateway: GatewayKind;
  /** Each testbed gets a scripted model of its own; default: it does. */
  scriptedModel?: boolean;
  /** The agent talks to this one instead. */
  liveModel?: LiveModel;
  /** Learns the tokens of the testbed as they are made. Default: a collection of its own. */
  secrets?: Secrets;
  /** It is recorded which faults could have been injected, besides those that were asked for. */
  watchFaults?: boolean;
  /** Ends a start that is under way. */
  signal: AbortSignal;
}

/** The gateway of a testbed that has become ready, and what it was started with. */
export interface ReadyTestbed {
  gateway: GatewayUnderTest;
  busUrl: string;
  startConfig: JsonObject;
  /** Of the scenario's fakes of services. */
  addresses?: Readonly<Record<string, string>> | undefined;
}

/**
 * A channel, a model and a gateway that know each other: the only place where these are put together. It begins to
 * start when it is made, and must be closed whether or not it was ever ready. The parts are there as far as they came
 * to be.
 */
export class Testbed {
  readonly wakeups = new Wakeups();
  readonly teardown = new Teardown();
  readonly faults: TestbedFaults;
  readonly bus: QaBus;
  /** What the gateway's answers looked like, to be compared with those of other gateways. */
  answers = new AnswerShapes();
  model: ScriptedModel | undefined;
  /** The scenario's own fakes of services. */
  http: HttpFakes | undefined;
  gateway: GatewayUnderTest | undefined;
  /** What was asked of the run's own servers and is not there. */
  readonly unknown: UnknownRequest[] = [];
  /** File in which connections that were refused are noted; undefined where none is. */
  refusedLog: string | undefined;
  /** Rejects when the gateway cannot be started. */
  readonly ready: Promise<ReadyTestbed>;
  readonly #options: TestbedOptions;
  readonly #closing = new AbortController();
  readonly #waits = new Set<string>();
  #onWait: ((what: string | undefined) => void) | undefined;
  /** Where the log since the last `reset` begins. */
  #logMark: number | undefined;
  /** Takes the place of the one that it was made with. */
  #script: { now: ModelScript | undefined } | undefined;
  /** The log of a gateway that is not ready, and may never be. */
  #startLog = () => "";

  constructor(options: TestbedOptions, needs: TestbedNeeds = {}) {
    this.#options = options;
    const { watchFaults: watched = false } = options;
    const { faults = [], seed = "", staysDown = false } = needs;
    this.faults = new TestbedFaults(faults, { seed, watched, staysDown });
    this.bus = new QaBus(this.wakeups, this.faults.borders);
    this.ready = this.#start(needs);
    // The error is for those who wait for it; a testbed that was started ahead may never be used.
    this.ready.catch(() => {});
  }

  /** Tells what the start waits for besides the gateway, now and from now on: it may have begun long ago. */
  onWait(listener: (what: string | undefined) => void): void {
    this.#onWait = listener;
    if (this.#waits.size > 0) this.#tell();
  }

  #wait(what: string): () => void {
    this.#waits.add(what);
    this.#tell();
    return () => {
      this.#waits.delete(what);
      this.#tell();
    };
  }

  #tell(): void {
    this.#onWait?.(this.#waits.size === 0 ? undefined : [...this.#waits].join(" and "));
  }

  async #start({
    modelScript,
    configPatches = [],
    ownConfig,
    services,
    plugins,
    env,
    secretEnv = {},
    given = {},
    keepInside = false,
    ...needs
  }: TestbedNeeds): Promise<ReadyTestbed> {
    const { teardown, wakeups } = this;
    const { gateway: kind, scriptedModel = true, liveModel, signal } = this.#options;
    const { secrets = new Secrets(secretValues(process.env)) } = this.#options;
    const closing = AbortSignal.any([signal, this.#closing.signal]);
    secrets.add(...Object.values(secretEnv));
    const { redactKnown } = new Secrets(Object.values(secretEnv));
    const onUnknown = (request: UnknownRequest) => {
      if (this.unknown.length < MOST_UNKNOWN) this.unknown.push(request);
    };
    const [bus, model, fakes, declared, faultEnv] = await Promise.all([
      serveBus(this.bus, teardown, { onUnknown, bootstrap: this.#bootstrap(needs) }),
      scriptedModel
        ? startScriptedModel({
            ...{ teardown, wakeups, onUnknown, script: modelScript },
            injections: this.faults.borders,
          })
        : undefined,
      services && startFakes(services, { teardown, wakeups, redact: redactKnown }),
      plugins?.({ signal: closing, teardown, onWait: (what) => this.#wait(what) }),
      this.faults.env(teardown),
    ]);
    this.model = model;
    if (this.#script) model?.reset(this.#script.now);
    this.http = fakes;
    if (fakes) secrets.add(fakes.token);
    const values = { ...given, ...(fakes && { http: fakes.addresses }) };
    secrets.add(bus.token, ...(model ? [model.token] : []));
    const busUrl = bus.url;
    const outside = keepInside ? await this.#keepInside() : {};
    const gateway = await kind.start({
      ...needs,
      env: { ...fillIn(env, values), ...faultEnv, ...outside, ...nodeOptionsOf(faultEnv, outside) },
      borders: this.faults.between(teardown),
      secretEnv,
      teardown,
      wakeups,
      secrets,
      signal: closing,
      busUrl,
      modelUrl: model?.v1Url ?? "",
      liveModel,
      bundledPlugins: declared?.bundled,
      configPatches: [...(declared?.patches ?? []), ...fillIn(configPatches, values)],
      onLog: (read) => {
        this.#startLog = read;
      },
      onWait: (what) => this.#wait(what),
    });
    this.gateway = gateway;
    if (ownConfig) await refuseUnreadKeys(gateway, ownConfig);
    return { gateway, busUrl, startConfig: await readConfig(gateway), addresses: fakes?.addresses };
  }

  /** The embedded gateway has no Control UI. */
  #bootstrap({ surroundings }: Pick<TestbedNeeds, "surroundings">): BusServerOptions["bootstrap"] {
    if (!surroundings?.controlUi || this.#options.gateway.target.kind === "embedded") return undefined;
    return () => {
      const { baseUrl, token = "" } = this.gateway ?? {};
      const controlUiUrl = baseUrl === undefined ? null : `${baseUrl}/`;
      return {
        baseUrl,
        controlUiUrl,
        controlUiEmbeddedUrl: controlUiUrl && `${controlUiUrl}#token=${encodeURIComponent(token)}`,
      };
    };
  }

  /** A live model is reached all the same. */
  async #keepInside(): Promise<Record<string, string>> {
    const { liveModel } = this.#options;
    const folder = await makeTempFolder({ kind: "refused", teardown: this.teardown });
    this.refusedLog = join(folder, "refused.jsonl");
    return keptInside(this.refusedLog, liveModel ? [new URL(liveModel.baseUrl).hostname] : []);
  }

  /** Makes it ready for the next scenario: what was said, asked and logged before is no longer visible. */
  reset(modelScript?: ModelScript): void {
    this.bus.reset();
    this.unknown.length = 0;
    this.answers = new AnswerShapes();
    this.model?.reset(modelScript);
    if (this.gateway?.capabilities.has("logs")) this.#logMark = this.gateway.markLogs();
  }

  /** Changes how the model answers before anything has been asked of it. */
  rescript(modelScript: ModelScript | undefined): void {
    this.#script = { now: modelScript };
    this.model?.reset(modelScript);
  }

  /** Whether its gateway was ready and runs no more. */
  get hasEnded(): boolean {
    return this.gateway?.bootTimings !== undefined && this.gateway.pid === undefined;
  }

  /** Whether the next scenario may have it: its gateway lives, and no answer of the model is under way. */
  get isAtRest(): boolean {
    const lives = this.gateway !== undefined && !this.hasEnded;
    const { working, held } = this.model?.inHand ?? { working: 0, held: 0 };
    return lives && working + held === 0;
  }

  /** What its gateway was before the first scenario; taken once, and only if others are to follow. */
  /** A text says why it is not known. */
  #stock: Stock | string | undefined;

  /** Looks at its gateway as it is before the first scenario, for `provedAsBefore`; once. */
  async takeStock(): Promise<void> {
    if (this.#stock !== undefined) return;
    const { stockOf } = await import("./share/prove.ts");
    this.#stock = await stockOf(this.#subject()).catch(
      (error: unknown) => `what it was before the scenario is not known: ${errorMessage(error)}`,
    );
  }

  /** Whether its gateway is as it was before the first scenario; puts back what it can. */
  async provedAsBefore(): Promise<Proof> {
    const before = this.#stock ?? "the gateway was not looked at before the scenario";
    if (typeof before === "string") return { because: before, putBack: [] };
    const { provedAsBefore } = await import("./share/prove.ts");
    return provedAsBefore(this.#subject(), before);
  }

  #subject(): Subject {
    const { gateway, wakeups } = this;
    if (!gateway) throw new Error("a testbed without a gateway cannot be looked at");
    return { gateway, wakeups, readConfig: () => readConfig(gateway) };
  }

  /** The gateway's log since the last `reset`; empty where the run may not have it. */
  log(): string {
    if (!this.gateway) return this.#startLog();
    if (!this.gateway.capabilities.has("logs")) return "";
    return this.#logMark === undefined ? this.gateway.logs() : this.gateway.readLogsSince(this.#logMark);
  }

  /** @returns what could not be torn down */
  async close(): Promise<string[]> {
    this.#closing.abort(
      new QaError("the testbed was closed while it was starting", {
        code: "testbed-closed",
        fault: "harness",
      }),
    );
    // What is still being started would come after its teardown.
    await this.ready.catch(() => {});
    return this.teardown.run(TEARDOWN_MS);
  }
}

/** The config that the gateway was started with; of one that was already running, what it has now. */
async function readConfig(gateway: GatewayUnderTest): Promise<JsonObject> {
  if (!gateway.capabilities.has("config-file")) {
    return (await gateway.call("config.get")).config as JsonObject;
  }
  return JSON5.parse(await readFile(gateway.configPath, "utf8")) as JsonObject;
}
