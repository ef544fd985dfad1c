import type { Failure, GatewayFacts, RunEvent, ScenarioFinished, ScenarioRef } from "../events.ts";

const START = Date.UTC(2026, 0, 2, 3, 4, 5);

const GATEWAY: GatewayFacts = {
  target: "embedded",
  product: "gateway-qa embedded gateway",
  version: "1.0.0",
  buildId: "b1f0c2",
  node: "24.1.0",
  protocol: 3,
  bootId: "boot-1",
  pid: 4711,
  readyMs: 121,
  rpcMs: 130,
};

const PASSES: ScenarioRef = {
  id: "plugin-lifecycle-hot-reload",
  title: "Plugin skills follow their switch without a restart",
  file: "qa/scenarios/plugins/plugin-lifecycle-hot-reload.md",
  tags: ["plugins", "skills.hot-reload"],
  objective: "A skill appears and disappears while the gateway keeps running.",
  successCriteria: ["The reply comes from the skill's body.", "The boot id never changes."],
  named: true,
};

const FAILS: ScenarioRef = {
  id: "dm-chat-baseline",
  title: "A direct message gets an answer | once",
  file: "qa/scenarios/channel/dm-chat-baseline.md",
  tags: ["channel"],
  objective: "The agent answers in the chat it was asked in.",
};

const SKIPPED: ScenarioRef = {
  id: "live-model-smoke",
  title: "A live model answers",
  file: "qa/scenarios/models/live-model-smoke.md",
  tags: ["models"],
};

const BLOCKED: ScenarioRef = {
  id: "config-file-rejected",
  title: "A broken config file is kept aside",
  file: "qa/scenarios/config/config-file-rejected.md",
  tags: ["config"],
};

const BREAKS: ScenarioRef = {
  id: "thread-follow-up",
  title: "A thread keeps its context",
  file: "qa/scenarios/channel/thread-follow-up.md",
  tags: ["channel"],
};

const FLAKY: ScenarioRef = {
  id: "reaction-round-trip",
  title: "A reaction comes back",
  file: "qa/scenarios/channel/reaction-round-trip.md",
  tags: ["channel"],
};

/** Brings what must not reach a terminal or break out of a code block: escape codes, fences, bars. */
const PRODUCT_FAILURE: Failure = {
  code: "wait-timeout",
  fault: "product",
  message: "timed out after 1000ms waiting for an outbound message",
  headline: "the gateway sent the reply and it never arrived on the channel",
  chain: {
    name: "reply",
    about: "alice",
    since: START + 1_200,
    links: [
      { link: "accepted", state: "happened", at: 3 },
      { link: "turn-started", state: "unknown" },
      { link: "model-asked", state: "happened", at: 12, detail: "2 times" },
      { link: "arrived", state: "missing" },
      { link: "told", state: "missing" },
    ],
    missing: "arrived",
    sentence: "the gateway sent the reply and it never arrived on the channel",
  },
  hint: "The agent ran but nothing was sent: look for the channel's delivery in the log.",
  step: { index: 1, name: "answers `exactly` what it was told" },
  file: FAILS.file,
  position: { line: 41, column: 9 },
  codeFrame: [
    "  39 |     actions:",
    "  40 |       - sendInbound: { text: hello }",
    "> 41 |       - call: waitForOutboundMessage",
    "     |         ^",
  ].join("\n"),
  statement: "call waitForOutboundMessage",
  values: [
    { expression: "reply.text", value: "'hello'" },
    { expression: "vars", value: "{\n  marker: 'QA-42'\n}" },
  ],
  expected: 'an outbound message to dm:alice that includes "QA-42"',
  seen: "1 outbound message, none that matches",
  stack: ["at qa/scenarios/channel/dm-chat-baseline.md:41:9"],
  messages: [
    "in   dm:alice  alice     reply exactly QA-42",
    "out  dm:alice  openclaw  \u001b[31mhello\u001b[0m ```",
  ],
  logLines: ["03:04:06 [agent] info run r1 finished", "03:04:06 [channel] warn delivery skipped"],
};

const HARNESS_FAILURE: Failure = {
  code: "gateway-start-failed",
  fault: "harness",
  message: "the gateway was not ready within 20000 ms",
  hint: "The end of its log says why; the whole log is in the evidence.",
  logLines: ["03:04:07 [gateway] error port in use"],
};

const FLAKY_FAILURE: Failure = {
  code: "assertion-failed",
  fault: "product",
  message: "assertion failed: reactions.length === 1",
  step: { index: 0, name: "reacts once" },
  file: FLAKY.file,
  position: { line: 33, column: 17 },
  statement: "assert",
  values: [{ expression: "reactions.length", value: "2" }],
};

type Finish = Partial<ScenarioFinished> & Pick<ScenarioFinished, "verdict" | "durationMs">;

/** A run in which every kind of outcome occurs, as its events. What fails is tried again twice. */
export function sampleRun(): RunEvent[] {
  let at = START;
  const events: RunEvent[] = [];
  const start = ({ id }: ScenarioRef, index: number, attempt = 1) =>
    events.push({ type: "scenario-started", at, scenarioId: id, attempt, index });
  const finish = ({ id }: ScenarioRef, end: Finish) =>
    events.push({
      type: "scenario-finished",
      at,
      scenarioId: id,
      attempt: 1,
      notReached: [],
      cleanupProblems: [],
      evidence: [],
      rerun: `pnpm qa run ${id}`,
      ...end,
    });
  const step = ({ id }: ScenarioRef, index: number, name: string, durationMs: number, details?: string) => {
    const position = { line: 30 + index * 10, column: 5 };
    const failed = details === undefined;
    events.push({ type: "step-started", at, scenarioId: id, step: index, name, position });
    events.push({
      type: "statement-started",
      at,
      scenarioId: id,
      step: index,
      label: "call patchConfig",
      position,
    });
    at += durationMs;
    const status = failed ? "failed" : "passed";
    events.push({
      type: "step-finished",
      at,
      scenarioId: id,
      step: index,
      name,
      status,
      durationMs,
      details,
    });
  };

  events.push({
    type: "run-started",
    at,
    runId: "20260102-030405-abc",
    tool: { name: "gateway-qa", version: "0.1.0", node: "24.1.0", platform: "linux-x64" },
    command: "pnpm qa run --all",
    options: { ids: [], all: true },
    gateway: "embedded",
    providerMode: "mock-openai",
    jobs: 2,
    allowed: [
      `${FAILS.id}: @scope/desk@1.2.3 gets a HOME of its own and DESK_KEY; Node's connections beyond this machine are refused; install scripts do not run`,
    ],
    scenarios: [PASSES, FAILS, SKIPPED, BLOCKED, BREAKS, FLAKY],
    policy: { retries: 2, repeat: 1, failOnFlaky: false },
    reportFolder: "/checkout/reports/20260102-030405-abc",
  });

  start(PASSES, 1);
  events.push({ type: "gateway-ready", at: at + 121, scenarioId: PASSES.id, gateway: GATEWAY });
  step(PASSES, 0, "starts without the skill", 41, "");
  step(PASSES, 1, "switches the plugin on, hot", 188, "generation 1 → 2\nboot id unchanged");
  step(PASSES, 2, "replies from the skill", 62, "QA-7F3A");
  finish(PASSES, {
    verdict: "passed",
    durationMs: 412,
    cleanupProblems: ["temp root: not released within 2000 ms"],
    leaks: ['sleep(600000), called in step "replies from the skill" (line 40), was still running'],
    evidence: [{ kind: "transcript", path: `${PASSES.id}/transcript.txt` }],
  });

  for (const attempt of [1, 2, 3]) {
    start(FAILS, 2, attempt);
    events.push({
      type: "gateway-ready",
      at: at + 118,
      scenarioId: FAILS.id,
      gateway: { ...GATEWAY, readyMs: 118 },
    });
    step(FAILS, 0, "opens a direct chat", 3, "");
    step(FAILS, 1, "answers `exactly` what it was told", 1003);
    finish(FAILS, {
      attempt,
      next: attempt < 3 ? "retry" : undefined,
      verdict: "failed",
      durationMs: 1200 + attempt,
      failure: PRODUCT_FAILURE,
      notReached: ["answers only once"],
      evidence: [
        { kind: "transcript", path: `${FAILS.id}/try-${attempt}/transcript.txt` },
        { kind: "gateway log", path: `${FAILS.id}/try-${attempt}/gateway.log` },
      ],
    });
  }

  finish(SKIPPED, { verdict: "skipped", durationMs: 0, reason: "needs a live model: set QA_LIVE_MODEL_KEY" });
  finish(BLOCKED, {
    verdict: "blocked",
    durationMs: 0,
    reason: "the gateway gives no access to its config file",
  });

  start(BREAKS, 5);
  at += 20_000;
  finish(BREAKS, {
    verdict: "failed",
    durationMs: 20_000,
    failure: HARNESS_FAILURE,
    notReached: ["opens a thread"],
  });

  start(FLAKY, 6);
  events.push({ type: "gateway-ready", at: at + 130, scenarioId: FLAKY.id, gateway: GATEWAY });
  step(FLAKY, 0, "reacts once", 80);
  finish(FLAKY, {
    next: "retry",
    verdict: "failed",
    durationMs: 300,
    failure: FLAKY_FAILURE,
    evidence: [{ kind: "transcript", path: `${FLAKY.id}/try-1/transcript.txt` }],
  });
  start(FLAKY, 6, 2);
  events.push({ type: "gateway-ready", at: at + 130, scenarioId: FLAKY.id, gateway: GATEWAY });
  step(FLAKY, 0, "reacts once", 70, "1 reaction");
  finish(FLAKY, {
    attempt: 2,
    verdict: "passed",
    durationMs: 280,
    evidence: [{ kind: "transcript", path: `${FLAKY.id}/try-2/transcript.txt` }],
  });

  events.push({
    type: "run-finished",
    at,
    runId: "20260102-030405-abc",
    durationMs: at - START,
    interrupted: false,
    exitCode: 4,
  });
  return events;
}

/** Only the events of the given scenario, as a run of its own. */
export function sampleRunOf(scenarioId: string): RunEvent[] {
  return sampleRun().flatMap((event): RunEvent[] => {
    if (event.type === "run-started") {
      return [{ ...event, jobs: 1, scenarios: event.scenarios.filter(({ id }) => id === scenarioId) }];
    }
    return event.type === "run-finished" || event.scenarioId === scenarioId ? [event] : [];
  });
}

/** One scenario of a lane's shard, run four times and failing twice, which its quarantine excuses. */
export function repeatedRun(): RunEvent[] {
  const [started] = sampleRun();
  if (started?.type !== "run-started") throw new Error("the sample run begins with its start");
  const { allowed: _allowed, ...facts } = started;
  const attempts = [1, 2, 3, 4].flatMap((attempt): RunEvent[] => {
    const common = { at: START + attempt * 1000, scenarioId: FLAKY.id };
    const fails = attempt % 2 === 0;
    return [
      { ...common, type: "scenario-started", attempt, index: 1 },
      {
        ...common,
        type: "step-finished",
        step: 0,
        name: "reacts once",
        status: fails ? "failed" : "passed",
        durationMs: 80 + attempt,
      },
      {
        ...common,
        type: "scenario-finished",
        attempt,
        next: attempt < 4 ? "repeat" : undefined,
        verdict: fails ? "failed" : "passed",
        failure: fails ? FLAKY_FAILURE : undefined,
        durationMs: 290 + attempt,
        notReached: [],
        cleanupProblems: [],
        evidence: [],
        rerun: `pnpm qa run ${FLAKY.id}`,
      },
    ];
  });
  return [
    {
      ...facts,
      scenarios: [FLAKY],
      lane: "soak",
      job: "soak-embedded-2",
      shard: { index: 2, total: 3 },
      selection: [PASSES.id, FLAKY.id, FAILS.id],
      policy: { retries: 0, repeat: 4, failOnFlaky: true },
      faults: ["channel-duplicate-reactions"],
      quarantine: [
        { id: FLAKY.id, owner: "channels", reason: "reactions arrive twice | #12", expires: "2026-02-01" },
      ],
    },
    ...attempts,
    {
      type: "run-finished",
      at: START + 5000,
      runId: started.runId,
      durationMs: 5000,
      interrupted: false,
      exitCode: 0,
    },
  ];
}
