import { statementsOf } from "../../../flow/statement-list.ts";
import type { PlainFlow, Statement, Step } from "../../../flow/types.ts";

/** A report from an attempt's process that its flow cannot have led to. */
export class ImpossibleReport extends Error {}

/** How far a list of statements was carried out. */
interface Progress {
  readonly block: readonly Statement[];
  done: number;
  /** A statement of it threw: nothing of it can follow. */
  broken: boolean;
}

/** A statement that has begun and not ended, and where it is in its blocks. */
interface Open {
  readonly statement: Statement;
  progress: Progress | undefined;
  /** Of a try whose `finally` runs: the error that goes on after it. */
  pending: boolean;
}

/**
 * Follows what an attempt's process reports and checks it against the flow: every step and every statement once and in
 * order, those inside `if`, `forEach` and `try` as these allow. A pass counts only if the reports prove it.
 */
export class FlowProof {
  readonly #steps: readonly Step[];
  readonly #statements: readonly Statement[];
  /** Steps that have passed. */
  #passed = 0;
  /** Of the step that runs. */
  #step: Progress | undefined;
  readonly #open: Open[] = [];
  #over = false;

  constructor(flow: Pick<PlainFlow, "steps">) {
    this.#steps = flow.steps;
    this.#statements = statementsOf(flow);
  }

  /** @throws ImpossibleReport, as the methods below */
  stepStarted(index: number): Step {
    const step = this.#steps[index];
    if (this.#over || this.#step || index !== this.#passed || !step) {
      throw new ImpossibleReport(`step ${index + 1} cannot begin after ${this.#passed} passed steps`);
    }
    this.#step = progressOf(step.actions);
    return step;
  }

  /** @param id place of the statement in the flow, counted from 0 */
  statementStarted(id: number): Statement {
    const statement = this.#statements[id];
    const within = this.#open.at(-1);
    const progress = within ? enter(within, statement) : this.#step;
    if (!statement || !progress || progress.broken || progress.block[progress.done] !== statement) {
      throw new ImpossibleReport(`${describe(statement)} cannot begin ${after(progress)}`);
    }
    if (within) within.progress = progress;
    this.#open.push({ statement, progress: undefined, pending: false });
    return statement;
  }

  statementEnded(id: number, threw: boolean): Statement {
    const open = this.#open.pop();
    const statement = this.#statements[id];
    if (!open || open.statement !== statement || !(threw || mayBeDone(open))) {
      throw new ImpossibleReport(
        `${describe(statement)} cannot have ended${open ? ` while ${describe(open.statement)} runs` : ""}`,
      );
    }
    const around = this.#open.at(-1)?.progress ?? this.#step;
    if (around && threw) around.broken = true;
    else if (around) around.done += 1;
    return statement;
  }

  stepFinished(index: number, passed: boolean): Step {
    const step = this.#steps[index];
    const progress = this.#step;
    const isCurrent = progress !== undefined && index === this.#passed && this.#open.length === 0;
    if (!step || !isCurrent || (passed && !isComplete(progress))) {
      throw new ImpossibleReport(
        `step ${index + 1} cannot have ended${passed ? " well" : ""} ${after(progress)}`,
      );
    }
    this.#step = undefined;
    if (passed) this.#passed += 1;
    else this.#over = true;
    return step;
  }

  /**
   * Called with the end of the flow: nothing can follow it.
   * @param passed whether the process says that the scenario passed
   */
  flowEnded(passed: boolean): void {
    if (this.#step || (passed && this.#passed !== this.#steps.length)) {
      throw new ImpossibleReport(
        `the flow cannot have ended after ${this.#passed} of ${this.#steps.length} steps passed`,
      );
    }
    this.#over = true;
  }

  /** The statement that runs. */
  get current(): Statement | undefined {
    return this.#open.at(-1)?.statement;
  }
}

function progressOf(block: readonly Statement[]): Progress {
  return { block, done: 0, broken: false };
}

function isComplete({ block, done, broken }: Progress): boolean {
  return !broken && done === block.length;
}

/** The block of an open statement that this one can be the next of; enters another block where it must. */
function enter(open: Open, next: Statement | undefined): Progress | undefined {
  const { statement, progress } = open;
  if (progress && !progress.broken && progress.block[progress.done] === next) return progress;
  switch (statement.kind) {
    case "if":
      if (progress) return undefined;
      return progressOf(statement.consequent[0] === next ? statement.consequent : statement.alternate);
    case "forEach":
      return !progress || isComplete(progress) ? progressOf(statement.actions) : undefined;
    case "try":
      return enterTry(open, statement, next);
    default:
      return undefined;
  }
}

function enterTry(
  open: Open,
  { actions, handler, finalizer }: Extract<Statement, { kind: "try" }>,
  next: Statement | undefined,
): Progress | undefined {
  const { progress } = open;
  if (next !== undefined && next === actions[0]) return progress ? undefined : progressOf(actions);
  if (next !== undefined && next === handler?.[0]) {
    return progress?.block === actions && progress.broken ? progressOf(handler) : undefined;
  }
  if (next === undefined || next !== finalizer?.[0] || progress?.block === finalizer) return undefined;
  open.pending = !isTryDone(open, actions, handler);
  return progressOf(finalizer);
}

/** Whether a try has done its work, or its `catch` has, so that no error is left. */
function isTryDone(
  { progress }: Open,
  actions: readonly Statement[],
  handler: readonly Statement[] | undefined,
): boolean {
  if (!progress) return actions.length === 0;
  if (isComplete(progress)) return true;
  // A `catch` without statements has no report of its own.
  return progress.block === actions && progress.broken && handler?.length === 0;
}

/** Whether a statement can have ended without an error. */
function mayBeDone(open: Open): boolean {
  const { statement, progress, pending } = open;
  switch (statement.kind) {
    case "throw":
      return false;
    case "if":
      return progress
        ? isComplete(progress)
        : statement.consequent.length === 0 || statement.alternate.length === 0;
    case "forEach":
      return !progress || isComplete(progress);
    case "try": {
      const { actions, handler, finalizer = [] } = statement;
      if (finalizer.length === 0) return isTryDone(open, actions, handler);
      return !pending && progress?.block === finalizer && isComplete(progress);
    }
    default:
      return true;
  }
}

function describe(statement: Statement | undefined): string {
  return statement
    ? `\`${statement.label}\` (line ${statement.position.line})`
    : "a statement that is not there";
}

function after(progress: Progress | undefined): string {
  if (!progress) return "outside of a step";
  return `after ${progress.done} of ${progress.block.length} statements${progress.broken ? ", of which the next threw" : ""}`;
}
