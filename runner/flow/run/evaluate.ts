import vm from "node:vm";
import { stretched } from "../../base/slow.ts";
import type { CompiledExpression, CompiledFlow } from "../types.ts";
import type { BlockScope } from "./block-scope.ts";
import { withInsertions } from "./caught.ts";
import { type Held, Realm, type RealmOptions } from "./realm/realm.ts";

const DEFAULT_EVALUATION_MS = 10_000;

export interface EvaluatorOptions extends RealmOptions {
  /** Longest time that an expression may compute without awaiting. */
  evaluationMs: number | undefined;
}

/** Computes the expressions of one flow run. */
export class Evaluator {
  readonly realm: Realm;
  readonly #flow: CompiledFlow;
  /** Functions that compute an expression, for values of its block names. */
  readonly #factories = new Map<CompiledExpression, Held>();

  constructor(flow: CompiledFlow, { evaluationMs = DEFAULT_EVALUATION_MS, ...options }: EvaluatorOptions) {
    this.#flow = flow;
    // `vm` takes whole milliseconds.
    this.realm = new Realm(flow, options, Math.ceil(stretched(evaluationMs)));
  }

  /** Value of a name, innermost first; undefined if nothing has set it yet. */
  lookup(name: string, scope: BlockScope | undefined): Held {
    return scope?.get(name) ?? this.realm.read(name);
  }

  /** The value of an expression; of an assert's comparison, both of its sides. */
  async evaluate(expression: CompiledExpression, scope: BlockScope | undefined): Promise<Held> {
    return this.realm.compute(this.function(expression, scope));
  }

  /** A lambda. Its block names keep their current values; variables are read when it is called. */
  function(expression: CompiledExpression, scope: BlockScope | undefined): Held {
    const nothing = this.realm.take(undefined);
    const compute = this.realm.call(
      this.#factory(expression),
      expression.blockNames.map((name) => scope?.get(name) ?? nothing),
    );
    if (expression.mayNotEnd) this.realm.limit(compute);
    return compute;
  }

  #factory(expression: CompiledExpression): Held {
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
    const factory = this.realm.run(script);
    this.#factories.set(expression, factory);
    return factory;
  }
}

function scriptText(expression: CompiledExpression): string {
  const { text, comparison, lambda, blockNames } = expression;
  const head = lambda
    ? `${lambda.async ? "async " : ""}(${lambda.params.join(", ")}) =>`
    : // An expression may await, so all of them are async.
      "async () =>";
  const indent = " ".repeat(expression.position.column - 1);
  const [open, close] = comparison ? ["([", "])"] : ["(", ")"];
  const body = withInsertions(comparison ? sidesOf(text, comparison) : text, expression);
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
