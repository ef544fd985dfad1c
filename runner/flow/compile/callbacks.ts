import type { AnyNode, CallExpression } from "acorn";
import { resultUse } from "./result-use.ts";

/** An async function that is handed to what does not wait for it. */
export interface UnheardCallback {
  start: number;
  end: number;
  /** What gets it. */
  callee: string;
  /** `forgotten`: nobody takes its promise. `taken-as-true`: the promise itself counts as the answer. */
  fate: "forgotten" | "taken-as-true";
}

const FORGET: ReadonlySet<string> = new Set(["forEach", "setTimeout", "setInterval", "setImmediate"]);
const TAKE_AS_TRUE: ReadonlySet<string> = new Set([
  ...["filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex"],
]);

/** The async callback of a call, if the call does not wait for it. */
export function unheardCallback(
  call: CallExpression,
  parents: ReadonlyMap<AnyNode, AnyNode>,
): UnheardCallback | undefined {
  const [callback] = call.arguments;
  const isAsync =
    (callback?.type === "ArrowFunctionExpression" || callback?.type === "FunctionExpression") &&
    callback.async;
  const callee = calleeName(call);
  if (!callback || !isAsync || callee === undefined) return undefined;
  const { start } = callback;
  const found = { start, end: start + "async".length, callee };
  if (TAKE_AS_TRUE.has(callee)) return { ...found, fate: "taken-as-true" };
  const isForgotten = FORGET.has(callee) || (callee === "map" && !isTaken(call, parents));
  return isForgotten ? { ...found, fate: "forgotten" } : undefined;
}

function calleeName({ callee }: CallExpression): string | undefined {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") {
    return undefined;
  }
  return callee.property.name;
}

/** Whether something may still wait for the promises in a list. */
function isTaken(list: CallExpression, parents: ReadonlyMap<AnyNode, AnyNode>): boolean {
  const parent = parents.get(list);
  if (parent?.type === "ExpressionStatement") return false;
  if (parent?.type === "UnaryExpression") return false;
  if (parent?.type === "SequenceExpression" && parent.expressions.at(-1) !== list) return false;
  const use = resultUse(list, parents);
  return use?.kind !== "operand" && use?.kind !== "text";
}
