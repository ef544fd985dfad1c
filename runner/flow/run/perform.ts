import { errorMessage, QaError } from "../../base/errors.ts";
import { budgetOf } from "../arguments.ts";
import type {
  ActionStatement,
  AssertStatement,
  CallStatement,
  SetStatement,
  ThrowStatement,
  Value,
} from "../types.ts";
import { lookupPath } from "../vocabulary-lookup.ts";
import { performAction } from "./action.ts";
import { compareEvidence, readValues, show } from "./evidence.ts";
import { type AssertionEvidence, flowFailure, isError, isProgrammingError } from "./failure.ts";
import type { Held } from "./realm/realm.ts";
import { followPath, resolveList, resolveValue } from "./resolve.ts";
import { scenarioFrames } from "./stack.ts";
import type { StatementContext } from "./statement-context.ts";

/** Carries out a statement that holds no other statements. */
export function perform(
  statement: ActionStatement | CallStatement | SetStatement | AssertStatement | ThrowStatement,
  context: StatementContext,
): Promise<void> {
  switch (statement.kind) {
    case "action":
      return performAction(statement, context);
    case "call":
      return performCall(statement, context);
    case "set":
      return performSet(statement, context);
    case "assert":
      return performAssert(statement, context);
    case "throw":
      return performThrow(statement, context);
  }
}

async function performCall({ path, args, saveAs }: CallStatement, context: StatementContext): Promise<void> {
  const { evaluator, scope, where } = context;
  const { realm } = evaluator;
  const { value: callable, owner } = followPath(path, evaluator, scope);
  if (typeof callable.raw !== "function") {
    throw flowFailure(
      "callable-not-found",
      `\`${path.join(".")}\` cannot be called: it is ${show(realm.bring(callable))}`,
      where,
      {
        fault: "scenario",
        hint: path[0] === "transport" ? "The scenario's channel does not offer this." : undefined,
      },
    );
  }
  const values = await resolveList(args, evaluator, scope);
  // Functions of the top level announce their budgets themselves, even when an expression calls them.
  const entry = path.length > 1 ? lookupPath(where.flow.vocabulary, path).entry : undefined;
  if (entry?.kind === "function" && entry.budgetMs) {
    const budget = budgetOf(
      entry,
      values.map((value) => realm.bring(value)),
    );
    if (budget !== undefined) context.allow(budget);
  }
  const result = await realm.settle(realm.call(callable, values, owner));
  if (saveAs !== undefined) store(saveAs, result, context);
}

async function performSet({ name, value }: SetStatement, context: StatementContext): Promise<void> {
  store(name, await resolveValue(value, context.evaluator, context.scope), context);
}

/** A block's own name changes in the block; any other name is a variable of the scenario. */
function store(name: string, value: Held, { evaluator, scope }: StatementContext): void {
  if (scope?.has(name)) scope.set(name, value);
  else evaluator.realm.write(name, value);
}

async function performAssert(
  { condition, message }: AssertStatement,
  context: StatementContext,
): Promise<void> {
  const { evaluator, scope, where } = context;
  const { realm } = evaluator;
  const result = await evaluator.evaluate(condition, scope);
  const { comparison } = condition;
  const sides = comparison && ([realm.member(result, "0"), realm.member(result, "1")] as const);
  const holds = sides ? realm.compare(comparison.operator, ...sides) : Boolean(result.raw);
  if (holds) return;
  const evidence: AssertionEvidence = {
    values: readValues(
      condition,
      (path) => realm.bring(followPath(path, evaluator, scope).value),
      (name) => (scope?.has(name) ?? false) || realm.isVariable(name),
    ),
    ...(sides ? compareEvidence(condition, realm.bring(sides[0]), realm.bring(sides[1])) : {}),
  };
  const { text, details } = await assertionMessage(message, context);
  throw flowFailure("assertion-failed", text ?? `not true: ${condition.text.trim()}`, where, {
    fault: "product",
    position: condition.position,
    evidence,
    details,
  });
}

/** The author's message. One that cannot be computed must not hide the failed assert. */
async function assertionMessage(
  message: Value | undefined,
  { evaluator, scope }: StatementContext,
): Promise<{ text?: string; details?: string }> {
  if (!message) return {};
  try {
    const text = evaluator.realm.bring(await resolveValue(message, evaluator, scope));
    return typeof text === "string" && text.trim() !== "" ? { text } : {};
  } catch (error) {
    return { details: `The assert's own message could not be computed: ${errorMessage(error)}` };
  }
}

async function performThrow({ error, message }: ThrowStatement, context: StatementContext): Promise<void> {
  const { evaluator, scope, where } = context;
  const { realm } = evaluator;
  const thrown = error && realm.bring(await evaluator.evaluate(error, scope));
  if (thrown instanceof QaError) throw thrown;
  if (isError(thrown)) {
    const fault = isProgrammingError(thrown) ? "scenario" : "product";
    const stackLines = scenarioFrames(thrown.stack, where.flow).lines;
    throw flowFailure("scenario-threw", errorMessage(thrown), where, { fault, thrown, stackLines });
  }
  const text =
    typeof thrown === "string"
      ? thrown
      : message && realm.bring(await resolveValue(message, evaluator, scope));
  const chosen = typeof text === "string" && text !== "" ? text : "the scenario ended itself with `throw`";
  throw flowFailure("scenario-threw", chosen, where, { fault: "product", thrown: new Error(chosen) });
}
