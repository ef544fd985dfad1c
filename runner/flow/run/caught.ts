import { randomBytes } from "node:crypto";
import type { CompiledExpression } from "../types.ts";

/**
 * Name of the context's function that makes an error that is caught fit to be seen. Nobody can know it when they write an
 * expression, so that no local name hides it.
 */
export const CAUGHT_NAME = `$caught_${randomBytes(8).toString("hex")}`;

/** Text that is added to an expression at an offset of its own text. */
interface Insertion {
  at: number;
  text: string;
}

/**
 * Where stack runs out, the engine itself may throw an error of the host's. So each `catch` hears of what was thrown only
 * after the context has looked at it.
 */
function insertionsIn({ catches }: Pick<CompiledExpression, "catches">): Insertion[] {
  const insertions = catches.flatMap(({ start, end }): Insertion[] => [
    { at: start, text: `catch ($thrown) { try { throw ${CAUGHT_NAME}($thrown); } ` },
    { at: end, text: " }" },
  ]);
  return insertions.toSorted((a, b) => a.at - b.at);
}

/** The expression's text, or one as long, with what is added to it. */
export function withInsertions(text: string, expression: Pick<CompiledExpression, "catches">): string {
  const insertions = insertionsIn(expression);
  const pieces = insertions.map(
    ({ at, text: added }, index) => added + text.slice(at, insertions[index + 1]?.at),
  );
  return text.slice(0, insertions[0]?.at) + pieces.join("");
}

/**
 * The offset in an expression's text that stands at a column of the line that begins at `lineStart`, once everything is
 * inserted.
 */
export function offsetWithoutInsertions(
  lineStart: number,
  column: number,
  expression: Pick<CompiledExpression, "catches">,
): number {
  let offset = lineStart + column;
  for (const { at, text } of insertionsIn(expression)) {
    if (at >= lineStart && at < offset) offset = Math.max(at, offset - text.length);
  }
  return offset;
}
