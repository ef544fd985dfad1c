import { setImmediate as nextTurn } from "node:timers/promises";
import { createFlowApi } from "../../../actions/env/api.ts";
import { FLOW_API, STATEMENTS } from "../../../actions/vocabulary.ts";
import { QaError } from "../../../base/errors.ts";
import { stretched } from "../../../base/slow.ts";
import { Teardown } from "../../../base/teardown.ts";
import { after } from "../../../base/timers.ts";
import { currentSignal } from "../../../flow/current-signal.ts";
import { describeLeak } from "../../../flow/run/realm/strays.ts";
import { type FlowObserver, type FlowResult, runFlow } from "../../../flow/run/run.ts";
import { statementsOf } from "../../../flow/statement-list.ts";
import type { PlainFlow, Statement } from "../../../flow/types.ts";
import { type Ending, endingOf } from "../ending.ts";
import { TEARDOWN_MS } from "../limits.ts";
import type { AttemptEnd, AttemptOrder } from "../wire/messages.ts";
import type { Channel } from "./channel.ts";
import { HandleWatch } from "./handles.ts";
import type { RemoteTestbed } from "./remote.ts";

/**
 * Runs the flow of an attempt and reports what it does.
 * @param end fires when the runner wants the flow to end, or something failed that no step waited for
 */
export async function runAttempt(
  order: AttemptOrder,
  testbed: RemoteTestbed,
  channel: Channel,
  end: AbortSignal,
): Promise<AttemptEnd> {
  const { flow, limits, scenario, primaryModel, referenceRoot } = order;
  const teardown = new Teardown();
  const signal = AbortSignal.any([end, deadline(limits.scenarioMs, teardown)]);
  const model = order.hasModel ? testbed.model : undefined;
  const { api, host } = createFlowApi(
    {
      gateway: testbed.gateway,
      observed: (what, answer) => channel.send({ type: "observed", what, answer }),
      bus: testbed.bus,
      model,
      http: "http" in order.given ? testbed.http : undefined,
      wakeups: testbed.wakeups,
      teardown,
      signal: currentSignal,
      providerMode: order.providerMode,
      primaryModel,
      agentId: order.agentId,
      referenceRoot,
      scenarioPath: flow.path,
      foreign: order.foreign,
      permissions: flow.permissions,
    },
    {
      repoRoot: order.repoRoot,
      outputDir: order.evidenceFolder,
      alternateModel: order.alternateModel,
      cfg: order.startConfig,
      busUrl: order.busUrl,
      scenario,
      signal,
    },
  );
  // Without a permission there is nothing but what the flow itself knows.
  const handles = flow.permissions.size > 0 ? new HandleWatch() : undefined;
  try {
    const result = await runFlow(
      { ...flow, vocabulary: FLOW_API, statements: STATEMENTS },
      {
        api,
        host,
        config: order.config,
        given: order.given,
        signal,
        limits,
        observer: observerOf(flow, channel, handles),
      },
    );
    const cleanupProblems = [...result.cleanupProblems, ...(await teardown.run(TEARDOWN_MS))];
    // What has just been closed is gone when the turn is over.
    if (handles) await nextTurn();
    const leaks = [...result.leaks.map(describeLeak), ...(handles?.leaks() ?? [])];
    return { ...endingOfFlow(result), cleanupProblems, leaks };
  } finally {
    await teardown.run(TEARDOWN_MS);
  }
}

/** Fires when the flow has had its time. */
function deadline(scenarioMs: number, teardown: Teardown): AbortSignal {
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
  return end.signal;
}

function observerOf(flow: PlainFlow, channel: Channel, handles: HandleWatch | undefined): FlowObserver {
  const places = new Map(statementsOf(flow).map((statement, place) => [statement, place]));
  const placeOf = (statement: Statement) => places.get(statement) ?? -1;
  return {
    stepStarted: (step) => channel.send({ type: "step-started", step }),
    statementStarted: (statement) =>
      channel.send({ type: "statement-started", statement: placeOf(statement) }),
    statementEnded: (statement, threw) =>
      channel.send({ type: "statement-ended", statement: placeOf(statement), threw }),
    stepFinished: (step, { name, status, durationMs, details }) => {
      handles?.stepEnded(name);
      channel.send({ type: "step-finished", step, status, durationMs, details });
    },
  };
}

function endingOfFlow({ status, error }: FlowResult): Ending {
  if (status === "passed" || !error) return { verdict: "passed" };
  const { step, position, statement, evidence, stackLines, thrown } = error;
  const place = {
    step,
    position,
    statement,
    values: evidence?.values,
    expected: evidence?.expected,
    seen: evidence?.seen,
    stack: [...stackLines],
  };
  return endingOf(error, { cause: thrown, place });
}
