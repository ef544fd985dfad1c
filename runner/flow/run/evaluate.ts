import { inspect } from "node:util";
import { isPromise } from "node:util/types";
import vm from "node:vm";
import { QaError } from "../../base/errors.ts";
import { stretched } from "../../base/slow.ts";
import type { CompiledExpression, CompiledFlow } from "../types.ts";
import type { BlockScope } from "./block-scope.ts";
import { isError } from "./failure.ts";
import { createRealm, ENTRY_NAME, type RealmOptions } from "./realm.ts";

const DEFAULT_EVALUATION_MS = 10_000;

/** Gives the function that computes an expression, for values of its block names. */
type Factory = (...blockValues: unknown[]) => (...args: unknown[]) => unknown;

export interface EvaluatorOptions extends RealmOptions {
  /** Longest time that an expression may compute without awaiting. */
  evaluationMs: number | undefined;
}

/** Computes the expressions of one flow run. */
export class Evaluator {
  /** The scenario's variables, live: `set` and `saveAs` write here. */
  readonly variables: Record<string, unknown>;
  readonly #flow: CompiledFlow;
  readonly #evaluationMs: number;
  readonly #factories = new Map<CompiledExpression, Factory>();
  readonly #enter = new vm.Script(`${ENTRY_NAME}()`);
  #entered: (() => unknown) | undefined;

  constructor(flow: CompiledFlow, options: EvaluatorOptions) {
    this.#flow = flow;
    // `vm` takes whole milliseconds.
    this.#evaluationMs = Math.ceil(stretched(options.evaluationMs ?? DEFAULT_EVALUATION_MS));
    this.variables = createRealm(flow, options).variables;
    Object.defineProperty(Object.getPrototypeOf(this.variables), ENTRY_NAME, {
      value: () => this.#entered?.(),
    });
  }

  /** Value of a name, innermost first; undefined if nothing has set it yet. */
  lookup(name: string, scope: BlockScope | undefined): unknown {
    return scope?.has(name) ? scope.get(name) : this.variables[name];
  }

  /** The value of an expression; of an assert's comparison, both of its sides. */
  async evaluate(expression: CompiledExpression, scope: BlockScope | undefined): Promise<unknown> {
    return this.function(expression, scope)();
  }

  /** A lambda. Its block names keep their current values; variables are read when it is called. */
  function(expression: CompiledExpression, scope: BlockScope | undefined): (...args: unknown[]) => unknown {
    const compute = throwingErrors(
      this.#factory(expression)(...expression.blockNames.map((name) => scope?.get(name))),
    );
    if (!expression.mayNotEnd) return compute;
    return (...args) => this.#withinLimit(() => compute(...args));
  }

  #factory(expression: CompiledExpression): Factory {
    const known = this.#factories.get(expression);
    if (known) return known;
    const script = new vm.Script(scriptText(expression), {
      filename: this.#flow.file,
      // The expression begins in the script's second line.
      lineOffset: expression.position.line - 2,
      ...(this.#flow.permissions.has("import")
        ? { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }
        : {}),
    });
    const factory = script.runInContext(this.variables) as Factory;
    this.#factories.set(expression, factory);
    return factory;
  }

  /** The watchdog of `vm` costs a thread each time, so it guards only what could run for ever. */
  #withinLimit(run: () => unknown): unknown {
    if (this.#entered) return run();
    this.#entered = run;
    try {
      return this.#enter.runInContext(this.variables, { timeout: this.#evaluationMs });
    } finally {
      this.#entered = undefined;
    }
  }
}

/** What is thrown must say where it comes from, which only an error can. */
function throwingErrors(compute: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  const fail = (thrown: unknown): never => {
    if (isError(thrown)) throw thrown;
    throw new QaError(`the expression threw ${inspect(thrown, { depth: 1 })}, which is not an error`, {
      code: "expression-failed",
      fault: "scenario",
      cause: thrown,
    });
  };
  return (...args) => {
    try {
      const value = compute(...args);
      return isPromise(value) ? Promise.resolve(value).catch(fail) : value;
    } catch (thrown) {
      return fail(thrown);
    }
  };
}

function scriptText(expression: CompiledExpression): string {
  const { text, comparison, lambda, blockNames } = expression;
  const head = lambda
    ? `${lambda.async ? "async " : ""}(${lambda.params.join(", ")}) =>`
    : // An expression may await, so all of them are async.
      "async () =>";
  const indent = " ".repeat(expression.position.column - 1);
  const [open, close] = comparison ? ["([", "])"] : ["(", ")"];
  const body = comparison ? sidesOf(text, comparison) : text;
  return `(function (${blockNames.join(", ")}) { return ${head} ${open}\n${indent}${body}\n${close}; })`;
}

/** `a === b` as `a ,   b`: the same columns, but both values come out. */
function sidesOf(
  text: string,
  { operator, operatorStart }: NonNullable<CompiledExpression["comparison"]>,
): string {
  const comma = ",".padEnd(operator.length);
  return text.slice(0, operatorStart) + comma + text.slice(operatorStart + operator.length);
}
