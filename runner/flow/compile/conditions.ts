import {
  type AnyNode,
  type BinaryExpression,
  type Expression,
  type MemberExpression,
  tokenizer,
} from "acorn";
import type { Comparison, ComparisonOperator } from "../types.ts";
import type { ExpressionSyntax } from "./syntax.ts";

const COMPARISONS: readonly ComparisonOperator[] = ["===", "!==", "==", "!=", "<", "<=", ">", ">="];

/** Why a condition is true whatever the gateway does, and where that stands in its text. */
export interface AlwaysTrue {
  start: number;
  end: number;
  /** In words, as in "the assert cannot fail: …". */
  why: string;
  hint: string;
}

/** What is always true in a condition; undefined if it can be false. */
export function alwaysTrue(node: AnyNode): AlwaysTrue | undefined {
  switch (node.type) {
    case "Literal":
      return node.value || node.regex
        ? because(node, "a literal does not change", ASSERT_SOMETHING)
        : undefined;
    case "TemplateLiteral":
      return node.quasis.some(({ value }) => value.cooked !== "")
        ? because(node, "a text that is not empty is true", COMPARE)
        : undefined;
    case "ArrayExpression":
      return because(node, "a list is true even when it is empty", USE_LENGTH);
    case "ObjectExpression":
    case "NewExpression":
    case "ClassExpression":
      return because(node, "an object is always true", COMPARE);
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return because(node, "a function is true whatever it would return", "Call it, or write only its body.");
    case "ParenthesizedExpression":
      return alwaysTrue(node.expression);
    case "AwaitExpression":
      return alwaysTrue(node.argument);
    case "SequenceExpression":
      return alwaysTrue(node.expressions.at(-1) as Expression);
    case "UnaryExpression":
      if (node.operator === "typeof") return because(node, "`typeof` gives a text, which is true", COMPARE);
      return node.operator === "!" && alwaysFalse(node.argument)
        ? because(node, "it negates what is never true", ASSERT_SOMETHING)
        : undefined;
    case "LogicalExpression": {
      const [left, right] = [alwaysTrue(node.left), alwaysTrue(node.right)];
      if (node.operator === "||") return left ?? right;
      return node.operator === "??" ? left && right && left : left && right;
    }
    case "ConditionalExpression":
      return alwaysTrue(node.consequent) && alwaysTrue(node.alternate);
    case "BinaryExpression":
      return comparison(node);
    case "ChainExpression":
      return undefined;
    case "CallExpression":
      return givesList(node.callee)
        ? because(node, "it gives a list, which is true even when it is empty", USE_LENGTH)
        : undefined;
    case "MemberExpression": {
      const name = memberName(node);
      return name !== undefined && METHODS.has(name)
        ? because(
            node,
            `\`${name}\` is a method that is not called, and so is true`,
            `Call it: \`${name}(…)\`.`,
          )
        : undefined;
    }
    default:
      return undefined;
  }
}

const ASSERT_SOMETHING = "Assert on something that the gateway did, or remove the statement.";
const COMPARE = "Compare it with what is expected.";
const USE_LENGTH = "Compare its `length`, or use `some`, `every` or `includes`.";

/** Methods of lists and texts whose names are not also those of data. */
const METHODS: ReadonlySet<string> = new Set([
  ...[
    "includes",
    "startsWith",
    "endsWith",
    "indexOf",
    "lastIndexOf",
    "findIndex",
    "some",
    "every",
    "isArray",
  ],
  ...["toString", "valueOf", "toLowerCase", "toUpperCase", "trim", "hasOwnProperty"],
]);
/** Methods that give a list or an iterator, whatever they are called on. */
const LIST_METHODS: ReadonlySet<string> = new Set([
  ...["filter", "map", "flatMap", "toSorted", "toReversed", "split", "matchAll"],
]);
const LIST_FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  Object: ["keys", "values", "entries", "assign", "fromEntries"],
  Array: ["from", "of"],
  Promise: ["all", "allSettled"],
};

function because({ start, end }: AnyNode, why: string, hint: string): AlwaysTrue {
  return { start, end, why, hint };
}

function alwaysFalse(node: AnyNode): boolean {
  return (
    (node.type === "Literal" && !node.value && !node.regex) ||
    (node.type === "UnaryExpression" && node.operator === "!" && alwaysTrue(node.argument) !== undefined)
  );
}

function memberName({ computed, property }: MemberExpression): string | undefined {
  return !computed && property.type === "Identifier" ? property.name : undefined;
}

function givesList(callee: AnyNode): boolean {
  if (callee.type !== "MemberExpression" || callee.optional) return false;
  const name = memberName(callee) ?? "";
  if (LIST_METHODS.has(name)) return true;
  return callee.object.type === "Identifier" && (LIST_FUNCTIONS[callee.object.name]?.includes(name) ?? false);
}

function comparison(node: BinaryExpression): AlwaysTrue | undefined {
  const { left, right, operator } = node;
  const isEqual = operator === "===" || operator === "==";
  if (left.type === "Literal" && right.type === "Literal" && !left.regex && !right.regex) {
    const known = COMPARISONS.find((candidate) => candidate === operator);
    return known && compareLiterals(known, left.value, right.value)
      ? because(node, "both sides are literals", ASSERT_SOMETHING)
      : undefined;
  }
  const same = staticText(left);
  if (
    (isEqual || operator === "<=" || operator === ">=") &&
    same !== undefined &&
    same === staticText(right)
  ) {
    return because(node, "both sides are the same", "Compare it with what is expected.");
  }
  return neverNegative(node) ?? neverEqual(node);
}

function compareLiterals(operator: ComparisonOperator, left: unknown, right: unknown): boolean {
  const [a, b] = [left, right] as [number, number];
  switch (operator) {
    case "===":
    case "==":
      return a === b;
    case "!==":
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

/** A name with members, as a text. */
function staticText(node: AnyNode): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed) return undefined;
  const owner = staticText(node.object);
  return owner && `${owner}.${memberName(node)}`;
}

/** `list.length >= 0`, `list.indexOf(x) >= -1`, either way round. */
function neverNegative(node: BinaryExpression): AlwaysTrue | undefined {
  const turned: Readonly<Record<string, string>> = { "<=": ">=", "<": ">" };
  const [counted, limit, operator] =
    node.operator in turned
      ? [node.right, node.left, turned[node.operator]]
      : [node.left, node.right, node.operator];
  const least = leastOf(counted);
  const value = numberOf(limit);
  if (least === undefined || value === undefined) return undefined;
  if (!(operator === ">=" ? value <= least : operator === ">" && value < least)) return undefined;
  return least === 0
    ? because(node, "a length is never negative", "Write `> 0`, or the number that is expected.")
    : because(node, "an index is never less than -1", "Write `>= 0`: -1 means that nothing was found.");
}

function leastOf(node: AnyNode): number | undefined {
  if (node.type === "CallExpression") {
    const name = node.callee.type === "MemberExpression" ? memberName(node.callee) : undefined;
    return name === "indexOf" || name === "findIndex" || name === "lastIndexOf" ? -1 : undefined;
  }
  // With `?.` there may be no length, and then the comparison fails.
  if (node.type !== "MemberExpression") return undefined;
  const name = memberName(node);
  return name === "length" || name === "size" ? 0 : undefined;
}

function numberOf(node: AnyNode): number | undefined {
  if (node.type === "UnaryExpression" && node.operator === "-") {
    const value = numberOf(node.argument);
    return value === undefined ? undefined : -value;
  }
  return node.type === "Literal" && typeof node.value === "number" ? node.value : undefined;
}

/** `x !== []`, `x !== NaN`, `typeof x !== undefined`. */
function neverEqual(node: BinaryExpression): AlwaysTrue | undefined {
  if (node.operator !== "!==" && node.operator !== "!=") return undefined;
  for (const [one, other] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    if (one.type === "ArrayExpression" || one.type === "ObjectExpression") {
      if (node.operator === "!==")
        return because(node, "nothing equals a new object", "Compare what it holds.");
    }
    if (one.type !== "Identifier") continue;
    if (one.name === "NaN")
      return because(node, "nothing equals NaN, not even NaN", "Use `Number.isNaN(…)`.");
    if (one.name === "undefined" && other.type === "UnaryExpression" && other.operator === "typeof")
      return because(node, "`typeof` gives a text", 'Compare it with the text "undefined".');
  }
  return undefined;
}

/** The comparison that a condition is, so that a failure can show both of its sides. */
export function comparisonOf({ ast, compiled: { text } }: ExpressionSyntax): Comparison | undefined {
  if (ast.type !== "BinaryExpression") return undefined;
  const operator = COMPARISONS.find((candidate) => candidate === ast.operator);
  if (!operator) return undefined;
  // Parentheses around the sides belong to no node, so the operator is looked for after the left one.
  const between = text.slice(ast.left.end, ast.right.start);
  for (const token of tokenizer(between, { ecmaVersion: "latest" })) {
    if (between.slice(token.start, token.end) === operator) {
      const literalFirst = ast.left.type === "Literal";
      return { operator, operatorStart: ast.left.end + token.start, literalFirst };
    }
  }
  return undefined;
}
