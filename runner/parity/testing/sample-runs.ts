import type { RunEvent, ScenarioFinished } from "../../report/events.ts";
import { reportOf } from "../../report/run-state.ts";
import { sampleRun } from "../../report/testing/sample-run.ts";
import { AnswerShapes, readShapes } from "../../shape/answers.ts";
import type { GatewayRun } from "../gateway-run.ts";

const PASSES = "plugin-lifecycle-hot-reload";
const FAILS = "dm-chat-baseline";
const BREAKS = "thread-follow-up";

type Change = Partial<Pick<ScenarioFinished, "verdict" | "failure" | "cleanupProblems">>;

/** A gateway's run of those sample scenarios that have an entry in `changes`, with these changes. */
export function runOn(
  target: string,
  changes: Readonly<Record<string, Change>>,
  answers: Readonly<Record<string, readonly [method: string, answer: unknown][]>> = {},
): GatewayRun {
  const events = sampleRun().flatMap((event): RunEvent[] => {
    if (event.type === "run-started") {
      return [{ ...event, gateway: target, scenarios: event.scenarios.filter(({ id }) => id in changes) }];
    }
    if (event.type === "run-finished") return [event];
    const change = changes[event.scenarioId];
    if (!change) return [];
    if (event.type === "scenario-finished") return [{ ...event, cleanupProblems: [], ...change }];
    if (event.type === "gateway-ready") return [{ ...event, gateway: { ...event.gateway, target } }];
    // A scenario that is made to pass has no failed step.
    if (event.type === "step-finished" && change.verdict === "passed")
      return [{ ...event, status: "passed" }];
    return [event];
  });
  return { target, folder: target, report: reportOf(events), answers: shapesOf(answers) };
}

function shapesOf(
  answers: Readonly<Record<string, readonly [method: string, answer: unknown][]>>,
): GatewayRun["answers"] {
  return new Map(
    Object.entries(answers).map(([id, calls]) => {
      const shapes = new AnswerShapes();
      for (const [method, answer] of calls) shapes.add(method, answer);
      return [id, readShapes(shapes.toText())];
    }),
  );
}

const SKILL = { name: "marker", eligible: true, missing: { bins: [], env: ["KEY"] } };

/** Three gateways, no two of which do the same: one could not be run at all. */
export function sampleRuns(): GatewayRun[] {
  return [
    runOn(
      "embedded",
      {
        [PASSES]: {},
        [FAILS]: {},
        "live-model-smoke": {},
        [BREAKS]: { verdict: "passed", failure: undefined },
      },
      {
        [PASSES]: [
          ["skills.status", { skills: [{ ...SKILL, modelVisible: true }] }],
          ["config.get", { hash: "h", config: { plugins: { entries: { "qa-a": { enabled: true } } } } }],
          ["agent.wait", { status: "ok" }],
        ],
        [FAILS]: [["chat.history", { messages: [{ role: "user", content: [] }], runId: "r" }]],
      },
    ),
    runOn(
      "openclaw@2026.4.26",
      {
        [PASSES]: {},
        [FAILS]: { verdict: "passed", failure: undefined },
        "live-model-smoke": {},
        "config-file-rejected": {},
      },
      {
        [PASSES]: [
          ["skills.status", { skills: [SKILL, { ...SKILL, emoji: "x" }], dir: null }],
          ["config.get", { hash: 1, config: { plugins: { entries: { "qa-b": { enabled: true } } } } }],
          ["agent.wait", { status: "ok" }],
          ["config.patch", { ok: true }],
        ],
        [FAILS]: [["chat.history", { messages: [{ role: "user", content: "text | more" }] }]],
      },
    ),
  ];
}

/** The same gateway once more, which could not be installed. */
export function missingRun(): GatewayRun {
  return {
    target: "openclaw@2026.9.6",
    folder: undefined,
    report: undefined,
    answers: new Map(),
    problem: "the package registry cannot be reached [registry-unreachable]",
  };
}
