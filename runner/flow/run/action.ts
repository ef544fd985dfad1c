import { BlockedError, QaError, SkipError } from "../../base/errors.ts";
import { budgetFor, withDefaults } from "../arguments.ts";
import { matches } from "../match/match.ts";
import { type Matcher, mapMatcher, namesMember } from "../match/matcher.ts";
import { Unexpected, unexpected } from "../match/unexpected.ts";
import { uselessness } from "../match/usable.ts";
import type { ActionStatement, CompiledExpression, CompiledMatcher, Value } from "../types.ts";
import type { Evaluator } from "./evaluate.ts";
import { FlowError, type FlowPosition, flowFailure } from "./failure.ts";
import type { Performed, StatementCall } from "./host.ts";
import { followPath } from "./resolve.ts";
import type { StatementContext } from "./statement-context.ts";

/** Carries out a statement of a step below a heading. */
export async function performAction(statement: ActionStatement, context: StatementContext): Promise<void> {
  const { evaluator, host, where } = context;
  const entry = where.flow.statements[statement.action];
  if (!entry) throw new Error(`there is no statement ${statement.action}`);
  if (statement.leftOut) {
    await host.leaveOut(statement.leftOut);
    return;
  }
  const values = new StepValues(evaluator, where);
  const call = await values.call(statement);
  const because = statement.because && String(await values.of(statement.because));
  const budget = statement.withinMs ?? budgetFor(entry, withDefaults(entry, call.params));
  if (budget !== undefined) context.allow(budget);
  const answer = statement.answer && (await values.matcher(statement.answer));
  const error = statement.error && (await values.matcher(statement.error));
  await explained(where, because, async () => {
    const outcome = await outcomeOf(host.perform(call, context.allow), error);
    if ("refusal" in outcome) return;
    if (error) throw new Unexpected(`${statement.label}: it succeeded, and was expected to be refused`);
    const { value, later, notes } = outcome;
    if (answer && !matches(answer, value)) throw unexpected(`${statement.label}: the answer`, answer, value);
    context.note(notes);
    for (const { until, check } of later)
      context.later({ until, check: (allow) => explained(where, because, () => check(allow)) });
    if (statement.saveAs !== undefined) evaluator.realm.write(statement.saveAs, evaluator.realm.take(value));
  });
}

/** What ends a call without an answer: a limit of the runner's, or a gateway that is gone. */
const NO_REFUSAL: ReadonlySet<string> = new Set([
  "action-timeout",
  "gateway-crashed",
  "gateway-restarted",
  "gateway-start-failed",
  "gateway-stuck",
  "gateway-unreachable",
  "rpc-closed",
  "rpc-timeout",
  "turn-timeout",
  "wait-timeout",
]);

type Outcome = Performed | { refusal: QaError };

/** A refusal is a result where one is expected. */
async function outcomeOf(work: Promise<Performed>, expected: Matcher | undefined): Promise<Outcome> {
  try {
    return await work;
  } catch (failure) {
    // A gateway that lacks a method has refused the call.
    const isLack = expected && failure instanceof BlockedError && failure.cause instanceof QaError;
    const thrown: unknown = isLack ? failure.cause : failure;
    const isRefusal =
      thrown instanceof QaError &&
      !(thrown instanceof BlockedError || thrown instanceof SkipError || thrown instanceof Unexpected);
    if (!expected || !isRefusal) throw thrown;
    // Nobody refused anything, unless the author names the very thing.
    if (NO_REFUSAL.has(thrown.code) && !namesMember(expected, "code")) throw thrown;
    const { message, code, details } = thrown;
    const refusal = { message, code, ...(details === undefined ? {} : { details }) };
    if (matches(expected, refusal)) return { refusal: thrown };
    throw unexpected("the refusal", expected, refusal);
  }
}

/** Gives what is not as expected its place, its evidence and the author's reason. */
async function explained(
  where: FlowPosition,
  because: string | undefined,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof Unexpected)) throw thrown;
    const { message, code, fault, details, expected, seen } = thrown;
    const hint = because === undefined ? thrown.hint : `Expected because ${because}`;
    throw new FlowError(message, where, {
      code,
      fault,
      hint,
      details,
      thrown,
      evidence: {
        values: [],
        ...(expected === undefined ? {} : { expected }),
        ...(seen === undefined ? {} : { seen }),
      },
    });
  }
}

/** Finds the values of a statement. They leave the flow's own world as copies. */
class StepValues {
  readonly #evaluator: Evaluator;
  readonly #where: FlowPosition;

  constructor(evaluator: Evaluator, where: FlowPosition) {
    this.#evaluator = evaluator;
    this.#where = where;
  }

  async call({ action, params, withinMs, times }: ActionStatement): Promise<StatementCall> {
    const named: Record<string, unknown> = {};
    for (const [name, value] of params) named[name] = await this.of(value);
    return {
      action,
      params: named,
      ...(withinMs === undefined ? {} : { withinMs }),
      ...(times === undefined ? {} : { times }),
    };
  }

  async #inner(statement: ActionStatement): Promise<StatementCall> {
    const call = await this.call(statement);
    const { saveAs } = statement;
    if (saveAs === undefined) return call;
    const { realm } = this.#evaluator;
    return { ...call, save: (value) => realm.write(saveAs, realm.take(value)) };
  }

  async of(value: Value): Promise<unknown> {
    const { realm } = this.#evaluator;
    switch (value.kind) {
      case "literal":
        return value.value;
      case "list":
        return Promise.all(value.items.map((item) => this.of(item)));
      case "record": {
        const entries = value.entries.map(async ([key, member]) => [key, await this.of(member)] as const);
        return Object.fromEntries(await Promise.all(entries));
      }
      case "path":
        return this.#at(value.path);
      case "text":
        return value.parts
          .map((part) => (typeof part === "string" ? part : this.#textAt(part.path)))
          .join("");
      case "expression":
        return realm.bring(await this.#evaluator.evaluate(value.expression, undefined));
      case "matcher":
        return this.matcher(value.matcher);
      case "statements":
        return Promise.all(value.statements.map((each) => this.#inner(each)));
      case "ref":
      case "lambda":
        throw new Error(`a step has no values of kind ${value.kind}`);
    }
  }

  async matcher(matcher: CompiledMatcher): Promise<Matcher> {
    const known = new Map<Value, unknown>();
    const values: Value[] = [];
    mapMatcher(
      matcher,
      (value) => values.push(value),
      () => undefined,
    );
    for (const value of values) known.set(value, await this.of(value));
    const ready = mapMatcher(
      matcher,
      (value) => known.get(value),
      (expression) => this.#predicate(expression),
    );
    const useless = uselessness(ready);
    if (useless === undefined) return ready;
    throw flowFailure("bad-matcher", useless, this.#where, {
      fault: "scenario",
      hint: "Look at what the values in it stand for.",
    });
  }

  #predicate(expression: CompiledExpression): (value: unknown) => boolean {
    const { realm } = this.#evaluator;
    const compute = this.#evaluator.function(expression, undefined);
    return (value) => {
      const result: unknown = realm.bring(realm.call(compute, [realm.take(value)]));
      if (typeof result === "boolean") return result;
      throw flowFailure("expression-failed", "an `expr` of a matcher must be true or false", this.#where, {
        fault: "scenario",
        position: expression.position,
        hint: "Compare something: `it.length > 3`.",
      });
    };
  }

  #at(path: readonly string[]): unknown {
    const { realm } = this.#evaluator;
    const value = realm.bring(followPath(path, this.#evaluator, undefined).value);
    if (value !== undefined) return value;
    throw flowFailure("no-value", `there is nothing at \`\${${path.join(".")}}\``, this.#where, {
      fault: "scenario",
    });
  }

  #textAt(path: readonly string[]): string {
    const value = this.#at(path);
    if (typeof value !== "object" && typeof value !== "function") return String(value);
    throw flowFailure(
      "no-value",
      `\`\${${path.join(".")}}\` is no text that another could hold`,
      this.#where,
      {
        fault: "scenario",
        hint: "Name one of its members.",
      },
    );
  }
}
