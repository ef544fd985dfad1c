import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ActionContext } from "../actions/action.ts";
import { createFlowApi } from "../actions/api.ts";
import { QaBus } from "../channel/bus.ts";
import { serveBus } from "../channel/server.ts";
import { BlockedError, QaError } from "../errors.ts";
import { runFlow } from "../flow/run.ts";
import type { FlowResult } from "../flow/result.ts";
import type { CompiledFlow } from "../flow/types.ts";
import { AGENT_ID, PRIMARY_MODEL } from "../gateway/config.ts";
import type { GatewayUnderTest, JsonObject } from "../gateway/gateway.ts";
import { type ScriptedModel, startScriptedModel } from "../model/scripted.ts";
import type { Failure, ScenarioFinished, Verdict } from "../report/events.ts";
import type { Scenario } from "../scenario/types.ts";
import { writeEvidence } from "./evidence.ts";
import { failureOf } from "./failure.ts";
import { limitsOf } from "./limits.ts";
import type { PreparedScenario } from "./prepared.ts";
import type { RunOptions } from "./run.ts";
import { Teardown } from "./teardown.ts";
import { Wakeups } from "./wakeups.ts";

/** Time to tear down one scenario's gateway, servers and folders. */
const TEARDOWN_MS = 15_000;

/** What a scenario runs with, as far as it came to be before something failed. */
export interface Stage {
  bus: QaBus;
  gateway?: GatewayUnderTest;
  model?: ScriptedModel;
}

type Outcome = Pick<ScenarioFinished, "verdict" | "reason" | "failure" | "notReached">;

/** Runs one scenario from its first resource to the end of its tear-down. Never throws. */
export async function runScenario(prepared: PreparedScenario, index: number, run: RunOptions): Promise<void> {
  const { scenario } = prepared;
  const startedAt = performance.now();
  run.events.emit({ type: "scenario-started", at: Date.now(), scenarioId: scenario.id, index });

  const teardown = new Teardown();
  const wakeups = new Wakeups();
  const stage: Stage = { bus: new QaBus(wakeups) };
  const evidenceFolder = join(run.reportFolder, scenario.id);
  let outcome: Outcome;
  try {
    outcome = notRunnable(prepared) ?? (await playOn(stage, prepared, { teardown, wakeups, evidenceFolder, run }));
  } catch (error) {
    // Nothing of the flow has run: its steps are all still to come.
    outcome = ended(error, scenario, stage, stepNames(prepared.flow));
  }
  const evidence = await writeEvidence(evidenceFolder, stage, run).catch(() => []);
  const cleanupProblems = await teardown.run(TEARDOWN_MS);
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
  return { verdict: "blocked", reason: `a scenario of the kind ${kind} is carried out by another program`, notReached };
}

interface Equipment {
  teardown: Teardown;
  wakeups: Wakeups;
  evidenceFolder: string;
  run: RunOptions;
}

/** Sets the stage and plays the flow on it. */
async function playOn(
  stage: Stage,
  { scenario, flow }: PreparedScenario,
  { teardown, wakeups, evidenceFolder, run }: Equipment,
): Promise<Outcome> {
  if (!flow) throw new Error("a scenario without a flow cannot be played");
  const { execution } = scenario.meta;
  const [{ url: busUrl }, model] = await Promise.all([
    serveBus(stage.bus, teardown),
    startScriptedModel({ teardown, wakeups, script: scenario.modelScript?.value }),
    mkdir(evidenceFolder, { recursive: true }),
  ]);
  stage.model = model;
  const gateway = await run.gateway.start({
    teardown,
    wakeups,
    signal: run.signal,
    busUrl,
    modelUrl: model.v1Url,
    configPatches: configPatches(scenario),
    env: run.gatewayEnv,
  });
  stage.gateway = gateway;
  run.secrets.add(gateway.token);
  run.events.emit({ type: "gateway-ready", at: Date.now(), scenarioId: scenario.id, gateway: gateway.facts });

  const limits = limitsOf(execution);
  const end = new AbortController();
  const deadline = setTimeout(
    () =>
      end.abort(
        new QaError(`the scenario did not end within ${limits.scenarioMs} ms`, {
          code: "scenario-timeout",
          fault: "product",
          hint: "If it rightly takes longer, raise execution.timeoutMs in the scenario.",
        }),
      ),
    limits.scenarioMs,
  );
  teardown.defer("scenario deadline", () => clearTimeout(deadline));
  teardown.defer("crash watch", gateway.onCrash((error) => end.abort(error)));
  const signal = AbortSignal.any([run.signal, end.signal]);

  let actionSignal: () => AbortSignal = () => signal;
  const context: ActionContext = {
    gateway,
    bus: stage.bus,
    model,
    wakeups,
    signal: () => actionSignal(),
    providerMode: run.providerMode,
    primaryModel: PRIMARY_MODEL,
    agentId: AGENT_ID,
    env: undefined,
    state: undefined,
  };
  const api = createFlowApi(context, {
    repoRoot: run.repoRoot,
    outputDir: evidenceFolder,
    alternateModel: PRIMARY_MODEL,
    cfg: {},
    busUrl,
    scenario: { ...scenario.meta, id: scenario.id, title: scenario.title },
    signal,
  });
  const result = await runFlow(flow, {
    api,
    config: execution?.config ?? {},
    signal,
    limits,
    observer: stepEvents(scenario.id, run),
    onCurrentSignal: (current) => {
      actionSignal = current;
    },
  });
  return outcomeOf(result, scenario, stage);
}

function configPatches({ meta }: Scenario): JsonObject[] {
  const plugins = Object.fromEntries((meta.plugins ?? []).map((id) => [id, { enabled: true }]));
  return [
    ...(meta.plugins?.length ? [{ plugins: { entries: plugins } }] : []),
    ...(meta.gatewayConfigPatch ? [meta.gatewayConfigPatch as JsonObject] : []),
  ];
}
