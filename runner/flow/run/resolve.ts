import type { Value } from "../types.ts";
import type { BlockScope } from "./block-scope.ts";
import type { Evaluator } from "./evaluate.ts";

/** Computes a value; the members of lists and mappings in parallel, as upstream does. */
export async function resolveValue(
  value: Value,
  evaluator: Evaluator,
  scope: BlockScope | undefined,
): Promise<unknown> {
  switch (value.kind) {
    case "literal":
      return value.value;
    case "list":
      return resolveList(value.items, evaluator, scope);
    case "record":
      return Object.fromEntries(
        await Promise.all(
          value.entries.map(
            async ([key, member]) => [key, await resolveValue(member, evaluator, scope)] as const,
          ),
        ),
      );
    case "ref":
      return followPath(value.path, evaluator, scope).value;
    case "expression":
      return evaluator.evaluate(value.expression, scope);
    case "lambda":
      return named(evaluator.function(value.expression, scope), value.expression.text);
  }
}

/** An action that waits on a lambda can say what it waits for: the lambda's own text. */
function named<T extends object>(lambda: T, text: string): T {
  return Object.defineProperty(lambda, "name", { value: text.replaceAll(/\s+/g, " ").trim() });
}

export function resolveList(
  values: readonly Value[],
  evaluator: Evaluator,
  scope: BlockScope | undefined,
): Promise<unknown[]> {
  return Promise.all(values.map((value) => resolveValue(value, evaluator, scope)));
}

/** The value at a dotted path, and the object that it is a member of; a missing link gives undefined. */
export function followPath(
  path: readonly string[],
  evaluator: Evaluator,
  scope: BlockScope | undefined,
): { value: unknown; owner: unknown } {
  const [root = "", ...members] = path;
  let owner: unknown;
  let value = evaluator.lookup(root, scope);
  for (const member of members) {
    owner = value;
    value = owner === null || owner === undefined ? undefined : Reflect.get(Object(owner), member, owner);
  }
  return { value, owner };
}
