import type { Position } from "../../scenario/source/source.ts";
import type { CompiledExpression } from "../types.ts";
import type { ParsedExpression } from "./expression.ts";

/** An expression and what is known of its syntax, for checks that run before it does. Offsets count in its text. */
export interface ExpressionSyntax extends Pick<ParsedExpression, "ast" | "references" | "imports"> {
  compiled: CompiledExpression;
  /** Position in the file of an offset. */
  locate(offset: number): Position;
}
