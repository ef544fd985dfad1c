import type { ComparisonOperator } from "../types.ts";

/** The result of a comparison, by the language's own rules. */
export function compare(operator: ComparisonOperator, left: unknown, right: unknown): boolean {
  switch (operator) {
    case "===":
      return left === right;
    case "!==":
      return left !== right;
    case "==":
      // biome-ignore lint/suspicious/noDoubleEquals: the scenario's own operator
      return left == right;
    case "!=":
      // biome-ignore lint/suspicious/noDoubleEquals: the scenario's own operator
      return left != right;
    default:
      return order(operator, left as number, right as number);
  }
}

function order(operator: "<" | "<=" | ">" | ">=", left: number, right: number): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}
