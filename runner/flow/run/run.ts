import { randomBytes } from "node:crypto";
import { BlockedError, errorMessage, SkipError } from "../../base/errors.ts";
import type { CompiledFlow, Step } from "../types.ts";
import { Evaluator } from "./evaluate.ts";
import { type FlowError, type FlowPosition, flowFailure, locateFailure } from "./failure.ts";
import type { StatementHost } from "./host.ts";
import { type FlowLimits, GRACE_MS, Watchdog } from "./limits.ts";
import type { Leak } from "./realm/strays.ts";
import { type Pending, type StatementObserver, StatementRunner } from "./statements.ts";

/** Hears what a flow is doing, as it does it. */
export interface FlowObserver extends StatementObserver {
  stepStarted(index: number): void;
  stepFinished(index: number, result: StepResult): void;
}

export interface FlowOptions {
  /** Values of the vocabulary's names; getters are read at each use. */
  api: Record<string, unknown>;
  /** The scenario's execution.config. */
  config: unknown;
  /** Values of the names that the run is given. */
  given?: Readonly<Record<string, unknown>>;
  observer: FlowObserver;
  /** Carries out the statements of steps below headings. */
  host: StatementHost;
  /** The scenario's deadline and Ctrl-C; its reason becomes the flow's error. */
  signal: AbortSignal;
  limits: FlowLimits;
}

type FlowStatus = "passed" | "failed" | "skipped" | "blocked";

interface StepResult {
  name: string;
  status: FlowStatus;
  durationMs: number;
  /** From the step's detailsExpr. */
  details?: string;
}

export interface FlowResult {
  status: FlowStatus;
  /** The steps that began, in order. */
  steps: StepResult[];
  /** Names of the steps after the one that ended the flow. */
  notReached: string[];
  error?: FlowError;
  /** What failed in `finally` blocks besides the error that counts. */
  cleanupProblems: string[];
  /** What the flow started and never waited for. */
  leaks: Leak[];
}

/**
 * Runs the steps of a flow in order; the first that does not pass ends it. Never rejects for what a
 * scenario or gateway does: that is in the result.
 */
export async function runFlow(flow: CompiledFlow, options: FlowOptions): Promise<FlowResult> {
  const run = new FlowRun(flow, options);
  const result: FlowResult = {
    status: "passed",
    steps: [],
    notReached: [],
    cleanupProblems: run.cleanupProblems,
    leaks: [],
  };
  try {
    await runSteps(flow, options, run, result);
  } finally {
    result.leaks = run.end();
  }
  const unheard = result.leaks.find(({ failure }) => failure !== undefined);
  if (result.status !== "passed" || !unheard) return result;
  return { ...result, status: "failed", error: unheardFailure(unheard, flow) };
}

/** What a flow does not wait for may still fail, and then it has not passed. */
function unheardFailure(leak: Leak, flow: CompiledFlow): FlowError {
  const step = { index: flow.steps.findIndex(({ name }) => name === leak.step), name: leak.step };
  const where = { flow, step, statement: leak.what, position: leak.position };
  return flowFailure("not-awaited", `${leak.what} failed, and nothing awaited it: ${leak.failure}`, where, {
    fault: "scenario",
    hint: "Put `await` before the call.",
  });
}

async function runSteps(
  flow: CompiledFlow,
  options: FlowOptions,
  run: FlowRun,
  result: FlowResult,
): Promise<void> {
  for (const [index, step] of flow.steps.entries()) {
    options.observer.stepStarted(index);
    const { stepResult, error } = await run.step(step, index);
    result.steps.push(stepResult);
    options.observer.stepFinished(index, stepResult);
    if (!error) continue;
    result.status = stepResult.status;
    result.notReached = flow.steps.slice(index + 1).map(({ name }) => name);
    result.error = error;
    return;
  }
}

class FlowRun {
  readonly cleanupProblems: string[] = [];
  readonly #flow: CompiledFlow;
  readonly #options: FlowOptions;
  readonly #evaluator: Evaluator;
  /** Fires when a timer's function or a listener throws, of which no statement hears. */
  readonly #failed = new AbortController();
  readonly #untilEnd: Pending[] = [];
  readonly #signal: AbortSignal;
  /** Of the step that runs. */
  #statements: StatementRunner | undefined;

  constructor(flow: CompiledFlow, options: FlowOptions) {
    this.#flow = flow;
    this.#options = options;
    this.#evaluator = new Evaluator(flow, {
      api: options.api,
      config: options.config,
      evaluationMs: options.limits.evaluationMs,
      onBudget: (ms) => this.#statements?.allow(ms),
      onThrow: (thrown) => this.#failed.abort(thrown),
    });
    this.#signal = AbortSignal.any([options.signal, this.#failed.signal]);
    const { realm } = this.#evaluator;
    for (const [name, value] of Object.entries(options.given ?? {})) realm.write(name, realm.take(value));
    for (const name of flow.unique) realm.write(name, realm.take(madeUp(name)));
  }

  /** Ends what the flow left running, and lists it. */
  end(): Leak[] {
    return this.#evaluator.realm.end();
  }

  async step(step: Step, index: number): Promise<{ stepResult: StepResult; error?: FlowError }> {
    const startedAt = performance.now();
    const { limits, observer } = this.#options;
    using watchdog = new Watchdog(this.#signal, step.timeoutMs ?? limits.stepMs, (afterMs) =>
      stepTimeout(step, afterMs, statements.where),
    );
    const statements = new StatementRunner({
      flow: this.#flow,
      step: { index, name: step.name },
      evaluator: this.#evaluator,
      limits,
      observer,
      host: this.#options.host,
      untilEnd: this.#untilEnd,
      onBudget: (ms) => {
        // A limit that the author set stays as it is; the default one trails what its actions may take.
        if (step.timeoutMs === undefined) watchdog.allow(ms + 2 * GRACE_MS);
      },
      cleanupProblems: this.cleanupProblems,
      start: { label: `step ${step.name}`, position: step.position },
    });
    this.#statements = statements;
    const finish = (status: FlowStatus, details?: string): StepResult => {
      const durationMs = performance.now() - startedAt;
      return { name: step.name, status, durationMs, ...(details === undefined ? {} : { details }) };
    };
    try {
      await statements.runAll(step.actions, watchdog.signal);
      if (index === this.#flow.steps.length - 1) await statements.holdStill(this.#untilEnd, watchdog.signal);
      const value = step.details && (await statements.details(step.details, watchdog.signal));
      const noted = statements.notes.length > 0 ? statements.notes.join("; ") : undefined;
      return { stepResult: finish("passed", detailsText(value, statements.where) ?? noted) };
    } catch (thrown) {
      const error = locateFailure(thrown, statements.where);
      return { stepResult: finish(statusOf(error)), error };
    }
  }
}

/** `MARKER-1f0c3a77`: stands nowhere else, and says in a log what it is. */
function madeUp(name: string): string {
  return `${name.toUpperCase()}-${randomBytes(4).toString("hex")}`;
}

function stepTimeout(step: Step, afterMs: number, where: FlowPosition): FlowError {
  const message = `the step did not finish within ${afterMs} ms; it was at \`${where.statement}\``;
  const hint = step.timeoutMs === undefined ? undefined : "The limit is the step's own timeoutMs.";
  return flowFailure("step-timeout", message, where, { fault: "product", hint });
}

/** Texts as they are, other scalars as text, anything else as JSON. */
function detailsText(value: unknown, where: FlowPosition): string | undefined {
  switch (typeof value) {
    case "undefined":
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    default:
      try {
        return JSON.stringify(value, undefined, 2);
      } catch (error) {
        const message = `the details cannot be written as JSON: ${errorMessage(error)}`;
        throw flowFailure("expression-failed", message, where, { fault: "scenario" });
      }
  }
}

function statusOf({ thrown }: FlowError): FlowStatus {
  if (thrown instanceof SkipError) return "skipped";
  return thrown instanceof BlockedError ? "blocked" : "failed";
}
