import { type BlockedError, QaError } from "../../../base/errors.ts";
import { stretched } from "../../../base/slow.ts";
import { after, every } from "../../../base/timers.ts";
import { statementsOf } from "../../../flow/statement-list.ts";
import type { CompiledFlow } from "../../../flow/types.ts";
import { Witness } from "../../chain/witness.ts";
import type { AttemptRecorder } from "../../record/recorder.ts";
import type { RunSetup } from "../../setup.ts";
import type { Promises } from "../../survival/promises.ts";
import type { Testbed } from "../../testbed/testbed.ts";
import { type Ending, endingOf, type FlowFailure } from "../ending.ts";
import { limitsOf, type ScenarioLimits, TEARDOWN_MS } from "../limits.ts";
import { packError } from "../wire/errors.ts";
import type { AttemptEnd, FromAttempt } from "../wire/messages.ts";
import { endedItself, notStarted, overdue, silent } from "./lost.ts";
import { type OrderSource, orderOf } from "./order.ts";
import type { AttemptExit, AttemptProcess } from "./process.ts";
import { FlowProof, ImpossibleReport } from "./proof.ts";
import { TestbedService } from "./serve.ts";

const PING_MS = 1_000;
/** How soon it is noticed that a gateway was killed that a supervisor of its own starts again. */
const KILLED_MS = 100;
/** An attempt that has not answered for so many pings is ended. Pings, not seconds: a machine may sleep. */
const SILENT_PINGS = 30;
/** With modules of its own it may stand still for a program that it has started: upstream's give one a minute. */
const SILENT_PINGS_WITH_MODULES = 90;
/** The same when the run is ending. */
const SILENT_PINGS_AT_END = 5;
/** What the runner gives an attempt beyond the limits that it keeps itself. */
const GRACE_MS = 10_000;
/** Of what the process printed, in the details of its failure. */
const OUTPUT_SHOWN = 2_000;

export interface AttemptFlowOptions extends OrderSource {
  flow: CompiledFlow;
  attempt: AttemptProcess;
  recorder: AttemptRecorder;
  run: Pick<RunSetup, "events" | "providerMode" | "primaryModel" | "signal">;
  /** It ends when the gateway is killed on purpose, also where something else starts that again. */
  endsWithKill?: boolean | undefined;
  promises?: Promises | undefined;
}

/** How a flow ended, and what its `finally` blocks and its own resources could not clean up. */
export interface FlowEnd {
  ending: Ending;
  /** Names of the steps that did not begin. */
  notReached: string[];
  cleanupProblems: readonly string[];
  /** What the flow left running. */
  leaks: readonly string[];
  /** What it did. */
  witness: Witness;
}

/** Runs a scenario's flow in the attempt's process, on a testbed that is ready. The process has ended afterwards. */
export async function runAttemptFlow(options: AttemptFlowOptions): Promise<FlowEnd> {
  const { attempt } = options;
  try {
    return await new AttemptFlow(options).end;
  } finally {
    attempt.kill();
    await attempt.exit;
  }
}

class AttemptFlow {
  readonly end: Promise<FlowEnd>;
  readonly #options: AttemptFlowOptions;
  readonly #limits: ScenarioLimits;
  readonly #proof: FlowProof;
  readonly #witness: Witness;
  readonly #service: TestbedService;
  readonly #ended = Promise.withResolvers<FlowEnd>();
  readonly #release: (() => void)[] = [];
  #isHeard = false;
  #isOver = false;
  /** Pings since the last answer. */
  #silent = 0;
  #maxSilent: number;
  #step: { index: number; startedAt: number } | undefined;
  #stepsBegun = 0;

  constructor(options: AttemptFlowOptions) {
    const { attempt, testbed, ready, scenario, flow, run, recorder } = options;
    this.end = this.#ended.promise;
    this.#options = options;
    this.#limits = limitsOf(scenario.meta.execution);
    const silent = flow.permissions.has("import") ? SILENT_PINGS_WITH_MODULES : SILENT_PINGS;
    this.#maxSilent = Math.ceil(stretched(silent));
    this.#proof = new FlowProof(flow);
    this.#witness = new Witness(ready.gateway.facts.bootId);
    this.#service = new TestbedService(attempt, testbed, ready, {
      witness: this.#witness,
      calls: recorder.calls,
      promises: options.promises,
    });
    attempt.listen({
      onMessage: (message) => this.#heard(message),
      onForgery: (what) => this.#stop(this.#unproven(`${what} came over its pipe`, "scenario")),
    });
    void attempt.exit.then((exit) => this.#stop(this.#lost(exit)));
    const { vocabulary: _names, statements: _actions, ...plain } = flow;
    attempt.send({ type: "begin", order: orderOf(options, plain, this.#limits) });
    this.#release.push(
      wakeWith(testbed, attempt),
      ready.gateway.onCrash((error) => this.#askToEnd(error)),
      options.endsWithKill ? this.#watchKills() : () => {},
      this.#watchSilence(),
      this.#giveUpAfter(this.#limits.scenarioMs),
      onAbort(run.signal, () => this.#askToEnd(run.signal.reason)),
    );
  }

  #heard(message: FromAttempt): void {
    if (this.#isOver) return;
    this.#isHeard = true;
    try {
      this.#handle(message);
    } catch (error) {
      const impossible = error instanceof ImpossibleReport;
      this.#stop(impossible ? this.#unproven(error.message, "harness") : endingOf(error));
    }
  }

  #handle(message: FromAttempt): void {
    const { scenario, run, recorder } = this.#options;
    const about = { at: Date.now(), scenarioId: scenario.id };
    switch (message.type) {
      case "pong":
        this.#silent = 0;
        break;
      case "leaving":
        this.#options.attempt.send({ type: "ping" });
        break;
      case "step-started": {
        const { step } = message;
        const { name, position } = this.#proof.stepStarted(step);
        this.#step = { index: step, startedAt: performance.now() };
        this.#stepsBegun = step + 1;
        recorder.stepStarted(step);
        this.#witness.stepStarted();
        run.events.emit({ type: "step-started", ...about, step, name, position });
        break;
      }
      case "statement-started": {
        const statement = this.#proof.statementStarted(message.statement);
        const { label, position } = statement;
        this.#witness.statementStarted(statement);
        const step = this.#stepsBegun - 1;
        run.events.emit({ type: "statement-started", ...about, step, label, position });
        break;
      }
      case "statement-ended": {
        const statement = this.#proof.statementEnded(message.statement, message.threw);
        this.#witness.statementEnded(message.threw);
        recorder.statementEnded(statement.position, message.threw);
        break;
      }
      case "step-finished": {
        const { step, status, durationMs, details } = message;
        this.#proof.stepFinished(step, status === "passed");
        this.#stepEnded({ status, durationMs, details });
        break;
      }
      case "ended":
        this.#proof.flowEnded(message.end.verdict === "passed");
        this.#stop(
          this.#service.refusal ? { ...message.end, ...blockedBy(this.#service.refusal) } : message.end,
        );
        break;
      default:
        this.#service.serve(message);
    }
  }

  #stepEnded(end: { status: Ending["verdict"]; durationMs: number; details?: string }): void {
    if (!this.#step) return;
    const { scenario, flow, run, recorder } = this.#options;
    const { index } = this.#step;
    this.#step = undefined;
    recorder.stepEnded();
    run.events.emit({
      type: "step-finished",
      at: Date.now(),
      scenarioId: scenario.id,
      step: index,
      name: flow.steps[index]?.name ?? "",
      ...end,
      durationMs: Math.round(end.durationMs),
    });
  }

  #stop({ cleanupProblems = [], leaks = [], ...ending }: Ending & Partial<AttemptEnd>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const release of this.#release) release();
    this.#service.close();
    if (this.#step) {
      this.#stepEnded({ status: "failed", durationMs: performance.now() - this.#step.startedAt });
    }
    const { flow } = this.#options;
    const notReached = flow.steps.slice(this.#stepsBegun).map(({ name }) => name);
    this.#ended.resolve({ ending, notReached, cleanupProblems, leaks, witness: this.#witness });
  }

  /** The flow runs its `finally` blocks and ends with this error; a process that does not is ended. */
  #askToEnd(reason: unknown): void {
    this.#maxSilent = Math.ceil(stretched(SILENT_PINGS_AT_END));
    this.#options.attempt.send({ type: "end", reason: packError(reason) });
    this.#release.push(this.#giveUpAfter(0));
  }

  /** What ends the flow's process when it does not end by itself. */
  #giveUpAfter(limitMs: number): () => void {
    const { cleanupMs } = this.#limits;
    const { flow } = this.#options;
    const cleanups = statementsOf(flow).filter((each) => each.kind === "try" && each.finalizer).length;
    const ms = stretched(limitMs + cleanups * cleanupMs + TEARDOWN_MS + GRACE_MS);
    return after(ms, () => this.#stop(this.#failed(overdue(ms))));
  }

  #watchSilence(): () => void {
    const { attempt } = this.#options;
    return every(PING_MS, () => {
      if (this.#silent === 0) attempt.send({ type: "ping" });
      this.#silent += 1;
      if (this.#silent <= this.#maxSilent) return;
      this.#stop(this.#failed(silent((this.#maxSilent * PING_MS) / 1_000)));
    });
  }

  #watchKills(): () => void {
    const { faults } = this.#options.testbed;
    const stop = every(KILLED_MS, () => {
      if (faults.kills === 0) return;
      stop();
      this.#askToEnd(
        new QaError("the gateway was killed on purpose", { code: "gateway-killed", fault: "harness" }),
      );
    });
    return stop;
  }

  #lost(exit: AttemptExit): Ending {
    return this.#failed(this.#isHeard ? endedItself(exit) : notStarted(exit));
  }

  #unproven(what: string, fault: FlowFailure["fault"]): Ending {
    return this.#failed({
      code: "attempt-unproven",
      fault,
      message: `whether the scenario passed is not known: ${what}`,
      hint:
        fault === "scenario"
          ? "The scenario, or a module that it imports, writes to the pipes of its own process."
          : "Please report it, with the scenario.",
    });
  }

  /** The end of a flow whose process cannot say itself what went wrong. */
  #failed(failure: FlowFailure): Ending {
    const { run, attempt } = this.#options;
    if (run.signal.aborted) return endingOf(run.signal.reason, { place: this.#place });
    const output = attempt.output.trim().slice(-OUTPUT_SHOWN);
    return {
      verdict: "failed",
      failure: { ...failure, ...(output === "" ? {} : { details: output }), ...this.#place },
    };
  }

  /** Where the flow is, as far as its process has reported. */
  get #place(): Partial<FlowFailure> {
    const { flow } = this.#options;
    const step = this.#step && flow.steps[this.#step.index];
    if (!this.#step || !step) return {};
    const { label, position } = this.#proof.current ?? {
      label: `step ${step.name}`,
      position: step.position,
    };
    return { step: { index: this.#step.index, name: step.name }, statement: label, position };
  }
}

/** A flow may have taken it for an error like any other. */
function blockedBy(refusal: BlockedError): Ending {
  return { failure: undefined, ...endingOf(refusal) };
}

/** Wakes the attempt's waits when something happens on its testbed: once for all that happens in one turn. */
function wakeWith({ wakeups }: Testbed, attempt: AttemptProcess): () => void {
  let isPending = false;
  return wakeups.subscribe(() => {
    if (isPending) return;
    isPending = true;
    setImmediate(() => {
      isPending = false;
      attempt.send({ type: "wake" });
    });
  });
}

function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}
