import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import JSON5 from "json5";
import { createFlowApi } from "../actions/api.ts";
import { QaBus } from "../channel/bus.ts";
import { serveBus } from "../channel/server.ts";
import { errorMessage, QaError } from "../errors.ts";
import { currentSignal } from "../flow/current-signal.ts";
import { type FlowObserver, runFlow } from "../flow/run.ts";
import type { CompiledFlow } from "../flow/types.ts";
import { AGENT_ID, PRIMARY_MODEL } from "../gateway/config.ts";
import type { GatewayUnderTest, JsonObject } from "../gateway/gateway.ts";
import { Teardown } from "../lifecycle/teardown.ts";
import { Wakeups } from "../lifecycle/wakeups.ts";
import { startScriptedModel } from "../model/scripted.ts";
import type { Scenario } from "../scenario/types.ts";
import { writeEvidence } from "./evidence.ts";
import { ended, type Outcome, outcomeOf } from "./failure.ts";
import { limitsOf } from "./limits.ts";
import { pluginPatches } from "./plugins.ts";
import type { PreparedScenario } from "./prepared.ts";
import type { RunOptions } from "./run.ts";
import type { Stage } from "./stage.ts";

/** Time to tear down one scenario's gateway, servers and folders. */
const TEARDOWN_MS = 15_000;

/** Runs one scenario from its first resource to the end of its tear-down. Never throws. */
export async function runScenario(prepared: PreparedScenario, index: number, run: RunOptions): Promise<void> {
  const { scenario } = prepared;
  const startedAt = performance.now();
  run.events.emit({ type: "scenario-started", at: Date.now(), scenarioId: scenario.id, index });

  const play = new Play(prepared, run);
  const outcome = notRunnable(prepared) ?? (await play.perform());
  const problems = [...play.cleanupProblems];
  const evidence = await writeEvidence(play.evidenceFolder, play.stage, run).catch((error: unknown) => {
    problems.push(`evidence: ${errorMessage(error)}`);
    return [];
  });
  const cleanupProblems = [...problems, ...(await play.teardown.run(TEARDOWN_MS))];
  run.events.emit({
    type: "scenario-finished",
    at: Date.now(),
    scenarioId: scenario.id,
    durationMs: Math.round(performance.now() - startedAt),
    ...outcome,
    cleanupProblems,
    evidence,
    rerun: run.rerunCommand(scenario.id),
  });
}

function stepNames(flow: CompiledFlow | undefined): string[] {
  return flow?.steps.map(({ name }) => name) ?? [];
}

function notRunnable({ scenario, skip, flow }: PreparedScenario): Outcome | undefined {
  const notReached = stepNames(flow);
  if (skip) return { verdict: "skipped", reason: `${skip.reason}. ${skip.hint}`, notReached };
  if (flow) return undefined;
  const kind = scenario.meta.execution?.kind;
  return {
    verdict: "blocked",
    reason: `a scenario of the kind ${kind} is carried out by another program`,
    notReached,
  };
}

/** A foreign pack may use ids that are no folder names, or that lead out of the report. */
function folderName(id: string): string {
  return id
    .replaceAll(/[^\w.-]/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100);
}

/** One performance of a scenario: its stage, its gateway, its time. */
class Play {
  readonly teardown = new Teardown();
  readonly stage: Stage;
  readonly evidenceFolder: string;
  /** What went wrong in `finally` blocks of the flow. */
  cleanupProblems: readonly string[] = [];
  readonly #wakeups = new Wakeups();
  readonly #prepared: PreparedScenario;
  readonly #run: RunOptions;

  constructor(prepared: PreparedScenario, run: RunOptions) {
    this.#prepared = prepared;
    this.#run = run;
    this.stage = { bus: new QaBus(this.#wakeups) };
    this.evidenceFolder = join(run.reportFolder, folderName(prepared.scenario.id));
  }

  async perform(): Promise<Outcome> {
    const { scenario, flow } = this.#prepared;
    try {
      if (!flow) throw new Error("a scenario without a flow cannot be played");
      const { gateway, busUrl } = await this.#setStage();
      return await this.#playFlow(flow, gateway, busUrl);
    } catch (error) {
      // Nothing of the flow has run: its steps are all still to come.
      return ended(error, scenario, this.stage, stepNames(flow));
    }
  }

  async #setStage(): Promise<{ gateway: GatewayUnderTest; busUrl: string }> {
    const { scenario, release } = this.#prepared;
    const { teardown, stage } = this;
    const wakeups = this.#wakeups;
    const [{ url: busUrl }, model] = await Promise.all([
      serveBus(stage.bus, teardown),
      startScriptedModel({ teardown, wakeups, script: scenario.modelScript?.value }),
      mkdir(this.evidenceFolder, { recursive: true }),
    ]);
    stage.model = model;
    const gateway = await this.#run.gateway.start({
      teardown,
      wakeups,
      signal: this.#run.signal,
      busUrl,
      modelUrl: model.v1Url,
      configPatches: configPatches(scenario),
      env: { ...this.#faultEnv(), ...guardEnv(scenario) },
      release,
    });
    stage.gateway = gateway;
    this.#run.secrets.add(gateway.token);
    this.#run.events.emit({
      type: "gateway-ready",
      at: Date.now(),
      scenarioId: scenario.id,
      gateway: gateway.facts,
    });
    return { gateway, busUrl };
  }

  /** What the scenario itself breaks, and what the command line breaks to see it fail. */
  #faultEnv(): Record<string, string> {
    const faults = [...(this.#prepared.scenario.meta.faults ?? []), ...this.#run.faults];
    return faults.length > 0 ? { GATEWAY_FAULTS: faults.join(",") } : {};
  }

  async #playFlow(flow: CompiledFlow, gateway: GatewayUnderTest, busUrl: string): Promise<Outcome> {
    const { scenario } = this.#prepared;
    const { execution } = scenario.meta;
    const limits = limitsOf(execution);
    const signal = this.#endSignal(gateway, limits.scenarioMs);
    const api = createFlowApi(
      {
        gateway,
        bus: this.stage.bus,
        model: this.stage.model,
        wakeups: this.#wakeups,
        teardown: this.teardown,
        signal: currentSignal,
        providerMode: this.#run.providerMode,
        primaryModel: PRIMARY_MODEL,
        agentId: AGENT_ID,
        referenceRoot: scenario.pack.referenceRoot,
      },
      {
        repoRoot: scenario.pack.referenceRoot,
        outputDir: this.evidenceFolder,
        alternateModel: PRIMARY_MODEL,
        cfg: await startConfig(gateway),
        busUrl,
        scenario: { ...scenario.meta, id: scenario.id, title: scenario.title },
        signal,
      },
    );
    const result = await runFlow(flow, {
      api,
      config: { ...execution?.config, ...gateway.updatePlan },
      signal,
      limits,
      observer: this.#observer(scenario.id),
    });
    this.cleanupProblems = result.cleanupProblems;
    return outcomeOf(result, scenario, this.stage);
  }

  /** Fires when the flow must end: Ctrl-C, the scenario's deadline, or a gateway that died. */
  #endSignal(gateway: GatewayUnderTest, scenarioMs: number): AbortSignal {
    const end = new AbortController();
    const late = () =>
      end.abort(
        new QaError(`the scenario did not end within ${scenarioMs} ms`, {
          code: "scenario-timeout",
          fault: "product",
          hint: "If it rightly takes longer, raise execution.timeoutMs in the scenario.",
        }),
      );
    const deadline = setTimeout(late, scenarioMs);
    this.teardown.defer("scenario deadline", () => clearTimeout(deadline));
    this.teardown.defer(
      "crash watch",
      gateway.onCrash((error) => end.abort(error)),
    );
    return AbortSignal.any([this.#run.signal, end.signal]);
  }

  #observer(scenarioId: string): FlowObserver {
    const { events } = this.#run;
    let step = 0;
    return {
      stepStarted(index, name, position) {
        step = index;
        events.emit({ type: "step-started", at: Date.now(), scenarioId, step, name, position });
      },
      statementStarted(label, position) {
        events.emit({ type: "statement-started", at: Date.now(), scenarioId, step, label, position });
      },
      stepFinished(index, { name, status, durationMs, details }) {
        events.emit({
          type: "step-finished",
          at: Date.now(),
          scenarioId,
          step: index,
          name,
          status,
          durationMs: Math.round(durationMs),
          details,
        });
      },
    };
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

/** The config file that the gateway was started with, for flows that read `env.cfg`. */
async function startConfig(gateway: GatewayUnderTest): Promise<JsonObject> {
  if (!gateway.capabilities.has("config-file")) return {};
  return JSON5.parse(await readFile(gateway.configPath, "utf8")) as JsonObject;
}
