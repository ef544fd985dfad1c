import type { RunEvent, RunStarted, ScenarioFinished, Verdict } from "../../report/events.ts";
import { exitCodeFor } from "../../report/exit-code.ts";
import { reportOf } from "../../report/run-state.ts";
import type { RunReport } from "../../report/schema/report-schema.ts";

/** How each attempt at a scenario went. */
export interface SampleScenario {
  id: string;
  attempts: readonly { verdict: Verdict; fault?: "product" | "harness"; durationMs?: number }[];
  named?: boolean;
}

export interface SampleRun extends Partial<Omit<RunStarted, "scenarios">> {
  scenarios: readonly SampleScenario[];
  /** Of the gateway; if absent, no gateway became ready. */
  version?: string;
}

const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** The report of a run that came to its end, made from its events as a run makes it. */
export function sampleReport({ scenarios, version, ...facts }: SampleRun): RunReport {
  const start: RunStarted = {
    type: "run-started",
    at: START,
    runId: "20260102-030405-abcd",
    tool: { name: "gateway-qa", version: "0.1.0", node: "24.1.0", platform: "linux-x64" },
    command: "pnpm qa run --all",
    gateway: "embedded",
    providerMode: "mock-openai",
    jobs: 1,
    reportFolder: "/reports/sample",
    ...facts,
    scenarios: scenarios.map(({ id, named }) => ({
      id,
      title: `Title of ${id}`,
      file: `qa/${id}.md`,
      tags: [],
      named,
    })),
  };
  const events: RunEvent[] = [start];
  for (const [index, scenario] of scenarios.entries()) {
    for (const [place, attempt] of scenario.attempts.entries()) {
      const number = place + 1;
      const base = { at: start.at, scenarioId: scenario.id } as const;
      events.push({ ...base, type: "scenario-started", attempt: number, index: index + 1 });
      if (version !== undefined) {
        const target = start.gateway;
        events.push({
          ...base,
          type: "gateway-ready",
          gateway: { target, product: "sample", version, readyMs: 1 },
        });
      }
      events.push(finish(scenario, number, { ...attempt, at: start.at }));
    }
  }
  const report = reportOf([
    ...events,
    {
      type: "run-finished",
      at: start.at,
      runId: start.runId,
      durationMs: 5,
      interrupted: false,
      exitCode: 0,
    },
  ]);
  return { ...report, exitCode: exitCodeFor(report, 0) };
}

function finish(
  { id, attempts }: SampleScenario,
  attempt: number,
  { verdict, fault = "product", durationMs = 10, at }: SampleScenario["attempts"][number] & { at: number },
): ScenarioFinished {
  return {
    type: "scenario-finished",
    at,
    scenarioId: id,
    attempt,
    ...(attempt < attempts.length ? { next: "retry" as const } : {}),
    verdict,
    durationMs,
    ...(verdict === "failed" ? { failure: { code: "sample", fault, message: `${id} went wrong` } } : {}),
    ...(verdict === "skipped" || verdict === "blocked" ? { reason: `${id} has a reason` } : {}),
    notReached: [],
    cleanupProblems: [],
    evidence: [],
    rerun: `pnpm qa run ${id}`,
  };
}
