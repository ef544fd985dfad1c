import type { AnyNode, CallExpression, NewExpression } from "acorn";

/** What an expression does with the result of a call as it is, where a promise cannot stand for its value. */
export type ResultUse =
  /** `call().size`, `call()[0]` */
  | { kind: "member" }
  /** `!call()`, `call() === 1`, `call() ? a : b`, `[...call()]` */
  | { kind: "operand" }
  /** `${call()}` in a text */
  | { kind: "text" }
  /** An argument, or a member of one, of what is called by this path; undefined if that is not a name. */
  | { kind: "argument"; callee: readonly string[] | undefined };

/** What a promise itself offers. */
const PROMISE_METHODS = new Set(["then", "catch", "finally"]);

/**
 * How the result of a call is used without being awaited; undefined where a promise may stand for it.
 * @param usesOf where a variable is read, by the name that declares it; left out: what becomes of variables does not matter
 */
export function resultUse(
  call: AnyNode,
  parents: ReadonlyMap<AnyNode, AnyNode>,
  usesOf: (name: AnyNode) => readonly AnyNode[] = () => [],
): ResultUse | undefined {
  let node = call;
  for (let parent = parents.get(node); parent; node = parent, parent = parents.get(node)) {
    switch (parent.type) {
      case "MemberExpression": {
        const { object, property, computed } = parent;
        if (object !== node) return { kind: "operand" };
        // What is written is written to the promise, knowingly.
        const around = parents.get(parent);
        if (around?.type === "AssignmentExpression" && around.left === parent) return undefined;
        const method = !computed && property.type === "Identifier" && PROMISE_METHODS.has(property.name);
        return method ? undefined : { kind: "member" };
      }
      case "UnaryExpression":
        return parent.operator === "void" ? undefined : { kind: "operand" };
      case "BinaryExpression":
      case "SpreadElement":
      case "ForInStatement":
      case "SwitchStatement":
        return { kind: "operand" };
      case "ForOfStatement":
        return parent.await ? undefined : { kind: "operand" };
      case "IfStatement":
      case "WhileStatement":
      case "DoWhileStatement":
      case "ForStatement":
        return parent.test === node ? { kind: "operand" } : undefined;
      case "VariableDeclarator":
        if (parent.id.type !== "Identifier") return { kind: "member" };
        // A choice may have made something else of it, which is then asked for.
        return parent.init === call ? firstUse(usesOf(parent.id), parents, usesOf) : undefined;
      case "AssignmentExpression":
        if (parent.operator !== "=") return { kind: "operand" };
        return parent.left.type.endsWith("Pattern") ? { kind: "member" } : undefined;
      case "LogicalExpression":
        if (parent.left === node) return { kind: "operand" };
        break;
      case "ConditionalExpression":
        if (parent.test === node) return { kind: "operand" };
        break;
      case "SequenceExpression":
        if (parent.expressions.at(-1) !== node) return undefined;
        break;
      case "TemplateLiteral":
        return { kind: "text" };
      case "CallExpression":
      case "NewExpression":
        return argumentUse(parent, node);
      // The value goes on as it is.
      case "ChainExpression":
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}

/** Being passed on does not count: whoever keeps a promise in a variable may want to have it as one. */
function firstUse(
  names: readonly AnyNode[],
  parents: ReadonlyMap<AnyNode, AnyNode>,
  usesOf: (name: AnyNode) => readonly AnyNode[],
): ResultUse | undefined {
  for (const name of names) {
    const use = resultUse(name, parents, usesOf);
    if (use && use.kind !== "argument") return use;
  }
  return undefined;
}

function argumentUse(call: CallExpression | NewExpression, node: AnyNode): ResultUse {
  if (call.callee === node) return { kind: "operand" };
  return { kind: "argument", callee: pathOf(call.callee) };
}

function pathOf(callee: AnyNode): string[] | undefined {
  if (callee.type === "Identifier") return [callee.name];
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") {
    return undefined;
  }
  const owner = pathOf(callee.object);
  return owner && [...owner, callee.property.name];
}
