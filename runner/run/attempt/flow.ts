import { createFlowApi } from "../../actions/env/api.ts";
import { QaError } from "../../base/errors.ts";
import { stretched } from "../../base/slow.ts";
import { Teardown } from "../../base/teardown.ts";
import { after } from "../../base/timers.ts";
import { currentSignal } from "../../flow/current-signal.ts";
import { type FlowObserver, runFlow } from "../../flow/run/run.ts";
import type { CompiledFlow } from "../../flow/types.ts";
import { ALTERNATE_MODEL } from "../../gateway/config.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { RunSetup } from "../setup.ts";
import type { ReadyTestbed, Testbed } from "../testbed/testbed.ts";
import { limitsOf } from "./limits.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** Time to end what a flow left running: probes, timers. The testbed goes on a budget of its own. */
const TEARDOWN_MS = 5_000;

export interface AttemptFlowOptions {
  flow: CompiledFlow;
  scenario: Scenario;
  testbed: Testbed;
  /** The same testbed, once it is ready. */
  ready: ReadyTestbed;
  /** Folder of this attempt's evidence; absolute. */
  evidenceFolder: string;
  run: Pick<RunSetup, "events" | "providerMode" | "primaryModel" | "signal">;
}

/** How a flow ended, and what its `finally` blocks and its own resources could not clean up. */
export interface FlowEnd {
  outcome: Outcome;
  cleanupProblems: readonly string[];
}

/** Runs a scenario's flow on a testbed that is ready. */
export async function runAttemptFlow(options: AttemptFlowOptions): Promise<FlowEnd> {
  const { flow, scenario, testbed, ready, evidenceFolder, run } = options;
  const { execution } = scenario.meta;
  const limits = limitsOf(execution);
  const teardown = new Teardown();
  const signal = AbortSignal.any([run.signal, endSignal(ready.gateway, limits.scenarioMs, teardown)]);
  const { answers } = testbed;
  const api = createFlowApi(
    {
      gateway: ready.gateway,
      observed: answers.add.bind(answers),
      bus: testbed.bus,
      model: testbed.model,
      wakeups: testbed.wakeups,
      teardown,
      signal: currentSignal,
      providerMode: run.providerMode,
      primaryModel: run.primaryModel,
      agentId: ready.gateway.agentId,
      referenceRoot: scenario.pack.referenceRoot,
      scenarioPath: flow.path,
      foreign: scenario.pack.foreign,
      permissions: flow.permissions,
    },
    {
      repoRoot: scenario.pack.referenceRoot,
      outputDir: evidenceFolder,
      alternateModel: testbed.model ? ALTERNATE_MODEL : run.primaryModel,
      cfg: ready.startConfig,
      busUrl: ready.busUrl,
      scenario: { ...scenario.meta, id: scenario.id, title: scenario.title },
      signal,
    },
  );
  try {
    const result = await runFlow(flow, {
      api,
      config: { ...execution?.config, ...ready.gateway.updatePlan },
      signal,
      limits,
      observer: observerOf(scenario.id, run.events),
    });
    return {
      outcome: await outcomeOf(result, scenario, testbed),
      cleanupProblems: [...result.cleanupProblems, ...(await teardown.run(TEARDOWN_MS))],
    };
  } finally {
    await teardown.run(TEARDOWN_MS);
  }
}

/** Fires when the flow must end for a reason of its own: its deadline, or a gateway that died. */
function endSignal(gateway: GatewayUnderTest, scenarioMs: number, teardown: Teardown): AbortSignal {
  const end = new AbortController();
  const late = () =>
    end.abort(
      new QaError(`the scenario did not end within ${stretched(scenarioMs)} ms`, {
        code: "scenario-timeout",
        fault: "product",
        hint: "If it is meant to take longer, raise execution.timeoutMs in the scenario.",
      }),
    );
  teardown.defer("scenario deadline", after(stretched(scenarioMs), late));
  teardown.defer(
    "crash watch",
    gateway.onCrash((error) => end.abort(error)),
  );
  return end.signal;
}

function observerOf(scenarioId: string, events: RunSetup["events"]): FlowObserver {
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
