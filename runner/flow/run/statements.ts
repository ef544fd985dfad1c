import { untilAborted } from "../../base/abort.ts";
import { BlockedError, errorMessage, SkipError } from "../../base/errors.ts";
import type { Position } from "../../scenario/source/source.ts";
import { withinAct } from "../current-signal.ts";
import { statementsIn } from "../statement-list.ts";
import type {
  CompiledExpression,
  CompiledFlow,
  ForEachStatement,
  Statement,
  TryStatement,
} from "../types.ts";
import { BlockScope } from "./block-scope.ts";
import type { Evaluator } from "./evaluate.ts";
import { show } from "./evidence.ts";
import { FlowError, type FlowPosition, flowFailure, locateFailure } from "./failure.ts";
import type { LaterCheck, StatementHost } from "./host.ts";
import { CleanupWindow, type FlowLimits, GRACE_MS, Watchdog } from "./limits.ts";
import { perform } from "./perform.ts";
import type { Held } from "./realm/realm.ts";
import { resolveValue } from "./resolve.ts";

/** Hears of every statement, also of those inside others. */
export interface StatementObserver {
  statementStarted(statement: Statement): void;
  statementEnded(statement: Statement, threw: boolean): void;
}

export interface StatementRunnerOptions {
  flow: CompiledFlow;
  step: FlowPosition["step"];
  evaluator: Evaluator;
  limits: FlowLimits;
  observer: StatementObserver;
  host: StatementHost;
  /** Gets what must hold until the end of the scenario. */
  untilEnd: Pending[];
  /** An action declared how long it may take, in milliseconds. */
  onBudget(ms: number): void;
  /** Failures of `finally` blocks that come on top of another error. */
  cleanupProblems: string[];
  start: CurrentStatement;
}

interface CurrentStatement {
  label: string;
  position: Position;
}

/** Something that must still hold, and the statement that says so. */
export interface Pending {
  statement: CurrentStatement;
  check: LaterCheck["check"];
}

/** What surrounds a statement while it runs. */
interface StatementContext {
  scope: BlockScope | undefined;
  /** Ends it: the step's limit, the scenario's, Ctrl-C; in cleanup the cleanup budget. */
  signal: AbortSignal;
}

/** Runs the statements of one step. */
export class StatementRunner {
  readonly #options: StatementRunnerOptions;
  #current: CurrentStatement;
  #watchdog: Watchdog | undefined;
  readonly #untilStep: Pending[] = [];
  /** What the step's statements have noted. */
  readonly notes: string[] = [];

  constructor(options: StatementRunnerOptions) {
    this.#options = options;
    this.#current = options.start;
  }

  /** Where the flow is, or was last. */
  get where(): FlowPosition {
    const { flow, step } = this.#options;
    return { flow, step, statement: this.#current.label, position: this.#current.position };
  }

  /** @throws what ended the statements; `locateFailure` gives it its place if it has none */
  async runAll(statements: readonly Statement[], signal: AbortSignal): Promise<void> {
    const context = { scope: undefined, signal };
    const actions = statementsIn(statements).filter((statement) => statement.kind === "action");
    if (actions.length > 0) await this.#act(context, () => this.#options.host.stepStarted(actions));
    await this.#block(statements, context);
    await this.holdStill(this.#untilStep, signal);
    signal.throwIfAborted();
  }

  /** Looks again at what must have held until now. */
  async holdStill(pending: readonly Pending[], signal: AbortSignal): Promise<void> {
    for (const { statement, check } of pending) {
      this.#current = statement;
      await this.#act({ scope: undefined, signal }, () => check((ms) => this.allow(ms)));
    }
  }

  #later({ until, check }: LaterCheck): void {
    const pending = until === "step" ? this.#untilStep : this.#options.untilEnd;
    pending.push({ statement: this.#current, check });
  }

  /** The value of a step's detailsExpr. */
  details(expression: CompiledExpression, signal: AbortSignal): Promise<unknown> {
    const { evaluator } = this.#options;
    this.#current = { label: "detailsExpr", position: expression.position };
    return this.#act({ scope: undefined, signal }, async () =>
      evaluator.realm.bring(await evaluator.evaluate(expression, undefined)),
    );
  }

  /** Gives the running action and its step the time that the action may take. */
  allow(ms: number): void {
    if (!Number.isFinite(ms)) return;
    this.#watchdog?.allow(ms + GRACE_MS);
    this.#options.onBudget(ms);
  }

  async #block(statements: readonly Statement[], context: StatementContext): Promise<void> {
    const { observer } = this.#options;
    for (const statement of statements) {
      context.signal.throwIfAborted();
      this.#current = statement;
      observer.statementStarted(statement);
      let threw = true;
      try {
        await this.#statement(statement, context);
        threw = false;
      } finally {
        observer.statementEnded(statement, threw);
      }
    }
  }

  async #statement(statement: Statement, context: StatementContext): Promise<void> {
    const { evaluator } = this.#options;
    const { scope } = context;
    switch (statement.kind) {
      case "if": {
        const holds = await this.#act(context, () => evaluator.evaluate(statement.condition, scope));
        return this.#block(holds.raw ? statement.consequent : statement.alternate, context);
      }
      case "forEach":
        return this.#forEach(statement, context);
      case "try":
        return this.#try(statement, context);
      default: {
        const surroundings = {
          evaluator,
          scope,
          where: this.where,
          host: this.#options.host,
          allow: (ms: number): void => this.allow(ms),
          later: (check: LaterCheck): void => this.#later(check),
          note: (notes: readonly string[]): void => void this.notes.push(...notes),
        };
        return this.#act(context, () => perform(statement, surroundings));
      }
    }
  }

  /** Runs what a statement itself does, within its limit; whatever it throws gets its place. */
  async #act<T>({ signal }: StatementContext, work: () => Promise<T>): Promise<T> {
    const { where } = this;
    using watchdog = new Watchdog(signal, this.#options.limits.actionMs, (afterMs) =>
      flowFailure("action-timeout", `\`${where.statement}\` did not finish within ${afterMs} ms`, where, {
        fault: "product",
      }),
    );
    this.#watchdog = watchdog;
    try {
      const act = {
        signal: watchdog.signal,
        step: where.step.name,
        position: where.position,
        end: (reason: unknown) => watchdog.end(reason),
      };
      return await withinAct(act, () => untilAborted(work(), watchdog.signal));
    } catch (thrown) {
      // An action that stops on the signal reports a mere abort; the signal knows why.
      throw locateFailure(watchdog.signal.aborted ? watchdog.signal.reason : thrown, where);
    }
  }

  async #forEach(statement: ForEachStatement, context: StatementContext): Promise<void> {
    const { item, index, actions } = statement;
    const { evaluator } = this.#options;
    const { realm } = evaluator;
    const items = await this.#act(context, () => resolveValue(statement.items, evaluator, context.scope));
    if (realm.lengthOf(items) === undefined) {
      const message = `the items of \`forEach ${item}\` must be a list, got ${show(realm.bring(items))}`;
      throw flowFailure("not-a-list", message, this.where, { fault: "scenario" });
    }
    // The list may grow on the way.
    for (let position = 0; position < (realm.lengthOf(items) ?? 0); position += 1) {
      const names: [string, Held][] = [[item, realm.member(items, String(position))]];
      if (index !== undefined) names.push([index, realm.take(position)]);
      await this.#block(actions, { ...context, scope: new BlockScope(names, context.scope) });
    }
  }

  async #try(statement: TryStatement, context: StatementContext): Promise<void> {
    let failure: { error: unknown } | undefined;
    try {
      await this.#tryAndCatch(statement, context);
    } catch (error) {
      failure = { error };
    }
    if (statement.finalizer) await this.#cleanUp(statement.finalizer, context, failure !== undefined);
    if (failure) throw failure.error;
  }

  async #tryAndCatch({ actions, catchAs, handler }: TryStatement, context: StatementContext): Promise<void> {
    try {
      await this.#block(actions, context);
    } catch (error) {
      if (!handler || context.signal.aborted || isVerdict(error)) throw error;
      const thrown = error instanceof FlowError ? error.thrown : error;
      const caught = this.#options.evaluator.realm.take(thrown);
      const names: [string, Held][] = catchAs === undefined ? [] : [[catchAs, caught]];
      await this.#block(handler, { ...context, scope: new BlockScope(names, context.scope) });
    }
  }

  async #cleanUp(finalizer: readonly Statement[], context: StatementContext, failed: boolean): Promise<void> {
    const { cleanupMs } = this.#options.limits;
    using window = new CleanupWindow(context.signal, cleanupMs, () =>
      flowFailure("action-timeout", `cleanup did not finish within ${cleanupMs} ms`, this.where, {
        fault: "product",
      }),
    );
    try {
      await this.#block(finalizer, { ...context, signal: window.signal });
    } catch (error) {
      if (!failed && !context.signal.aborted) throw error;
      // What went wrong first is what the reader needs.
      this.#options.cleanupProblems.push(`finally, at \`${this.#current.label}\`: ${errorMessage(error)}`);
    }
  }
}

/** Skipped and blocked are verdicts on the whole scenario, not errors that it may handle. */
function isVerdict(error: unknown): boolean {
  const thrown = error instanceof FlowError ? error.thrown : error;
  return thrown instanceof SkipError || thrown instanceof BlockedError;
}
