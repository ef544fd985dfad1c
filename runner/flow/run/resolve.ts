import type { Value } from "../types.ts";
import type { BlockScope } from "./block-scope.ts";
import type { Evaluator } from "./evaluate.ts";
import type { Held } from "./realm/realm.ts";

/** Computes a value; the members of lists and mappings in parallel, as upstream does. */
export async function resolveValue(
  value: Value,
  evaluator: Evaluator,
  scope: BlockScope | undefined,
): Promise<Held> {
  const { realm } = evaluator;
  switch (value.kind) {
    case "literal":
      return realm.take(value.value);
    case "list":
      return realm.list(await resolveList(value.items, evaluator, scope));
    case "record":
      return realm.record(
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
    case "path":
    case "text":
    case "matcher":
    case "statements":
      throw new Error(`only steps below headings have values of kind ${value.kind}`);
    case "lambda":
      return realm.rename(
        evaluator.function(value.expression, scope),
        value.expression.text.replaceAll(/\s+/g, " ").trim(),
      );
  }
}

export function resolveList(
  values: readonly Value[],
  evaluator: Evaluator,
  scope: BlockScope | undefined,
): Promise<Held[]> {
  return Promise.all(values.map((value) => resolveValue(value, evaluator, scope)));
}

/** The value at a dotted path, and the object that it is a member of; a missing link gives undefined. */
export function followPath(
  path: readonly string[],
  evaluator: Evaluator,
  scope: BlockScope | undefined,
): { value: Held; owner: Held | undefined } {
  const [root = "", ...members] = path;
  let owner: Held | undefined;
  let value = evaluator.lookup(root, scope);
  for (const member of members) {
    owner = value;
    value = evaluator.realm.member(owner, member);
  }
  return { value, owner };
}
