import pLimit from "p-limit";
import { slowFactor } from "../base/slow.ts";
import { formatTarget } from "../base/target.ts";
import type { RunPolicy } from "../report/events.ts";
import { AttemptPool } from "./attempt/host/pool.ts";
import { attemptProgram } from "./attempt/host/program.ts";
import { endWithout, needsTestbed, runScenario } from "./scenario.ts";
import type { Pools, RunSetup } from "./setup.ts";
import { type PoolOptions, TestbedPool } from "./testbed/pool.ts";

/**
 * Runs scenarios, several at once. Emits every event but `run-finished`: its exit code is up to the
 * caller, who knows what the reporters did. Scenarios that an interrupt kept from starting get no
 * event; a report shows them as not run.
 * @returns what could not be torn down besides what each scenario reported
 */
export async function executeRun(options: RunSetup): Promise<string[]> {
  const { events, scenarios, policy, timeUp } = options;
  events.emit({
    type: "run-started",
    at: Date.now(),
    runId: options.runId,
    tool: options.tool,
    ...options.place,
    command: options.command,
    options: options.given,
    gateway: formatTarget(options.gateway.target),
    providerMode: options.providerMode,
    jobs: options.jobs,
    ...(slowFactor() === 1 ? {} : { slow: slowFactor() }),
    ...(options.allowed.length === 0 ? {} : { allowed: [...options.allowed] }),
    policy,
    faults: [...options.faults],
    reportFolder: options.reportFolder,
    scenarios: scenarios.map(({ scenario, named, unproven }) => ({
      id: scenario.id,
      title: scenario.title,
      file: scenario.file.name,
      tags: [...scenario.tags],
      objective: scenario.meta.objective,
      successCriteria: scenario.meta.successCriteria,
      named,
      ...(unproven ? { unproven } : {}),
    })),
  });
  const run = { ...options, signal: AbortSignal.any([options.signal, timeUp]) };
  const { testbeds, attempts } = options.pools ?? (await openPools(run));
  let toCome = scenarios.filter(needsTestbed).length;
  const limit = pLimit(options.jobs);
  // A failure that is excused does not end the run.
  const excused = new Set(options.place.quarantine?.map(({ id }) => id));
  let failed = 0;
  const order = options.order ?? scenarios.keys().toArray();
  const inOrder = order.flatMap((index) => {
    const prepared = scenarios[index];
    return prepared ? [{ prepared, place: index + 1 }] : [];
  });
  const ends: Promise<void>[] = [];
  await Promise.all(
    inOrder.map(({ prepared, place }, turn) =>
      limit(async () => {
        if (options.signal.aborted) return;
        const reason = timeUp.aborted ? String(timeUp.reason.message) : bailReason(failed, policy);
        if (reason) return endWithout(prepared, place, run, { verdict: "skipped", reason });
        if (needsTestbed(prepared)) toCome -= 1;
        const later = inOrder.slice(turn + 1, turn + 1 + options.bootAhead);
        const over = Promise.withResolvers<void>();
        const end = runScenario(prepared, place, run, testbeds, attempts, {
          ready: () => {
            if (toCome > 0) attempts.prepare();
            for (const next of later) if (needsTestbed(next.prepared)) testbeds.prepare(next.prepared);
          },
          over: (failure) => {
            if (failure && !excused.has(prepared.scenario.id)) failed += 1;
            // The gateway of the next one runs already: it need not wait until this one has ended.
            if (options.bootAhead > 0) over.resolve();
          },
        });
        ends.push(end);
        await Promise.race([end, over.promise]);
      }),
    ),
  );
  await Promise.all(ends);
  return options.pools ? [] : closePools({ testbeds, attempts });
}

/** Where the testbeds and the processes of a run come from. */
export async function openPools(run: PoolOptions & Pick<RunSetup, "jobs">): Promise<Pools> {
  return { testbeds: new TestbedPool(run), attempts: new AttemptPool(await attemptProgram(), run.jobs) };
}

/** @returns what could not be torn down */
export async function closePools({ testbeds, attempts }: Pools): Promise<string[]> {
  await attempts.close();
  return testbeds.close();
}

function bailReason(failed: number, { bail }: RunPolicy): string | undefined {
  if (bail === undefined || failed < bail) return undefined;
  return `not run: the run was to end after ${bail === 1 ? "a failure" : `${bail} failures`}`;
}
