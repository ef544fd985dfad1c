import { type Expression, tokenizer } from "acorn";
import type { Comparison, ComparisonOperator } from "../types.ts";
import type { ExpressionSyntax } from "./syntax.ts";

const COMPARISONS: readonly ComparisonOperator[] = ["===", "!==", "==", "!=", "<", "<=", ">", ">="];

/** Whether an expression is true whatever the gateway does, such as `true` or a text. */
export function isConstantlyTrue(ast: Expression): boolean {
  switch (ast.type) {
    case "Literal":
      return Boolean(ast.value);
    case "ArrayExpression":
    case "ObjectExpression":
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return true;
    default:
      return false;
  }
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
