import { inspect } from "node:util";
import type { CompiledExpression } from "../types.ts";
import type { AssertionEvidence } from "./failure.ts";

const MAX_LENGTH = 300;

/** A value in at most 300 characters, on one line. */
export function show(value: unknown): string {
  const text = inspect(value, {
    depth: 3,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 20,
    maxStringLength: MAX_LENGTH,
  });
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

/**
 * The values that a failed condition read, without computing any of it again: names and members are
 * looked up, calls are not repeated.
 * @param lookup value at a path of names; undefined if there is none
 * @param isVariable whether the scenario itself set the name; the flow API's objects are too large to show
 */
export function readValues(
  { reads }: CompiledExpression,
  lookup: (path: readonly string[]) => unknown,
  isVariable: (name: string) => boolean,
): AssertionEvidence["values"] {
  const values: AssertionEvidence["values"] = [];
  for (const { name, members } of reads) {
    if (members.length === 0 && !isVariable(name)) continue;
    const path = [name, ...members];
    const value = lookUpSafely(path, lookup);
    if (typeof value !== "function") values.push({ expression: path.join("."), value: show(value) });
  }
  return values;
}

function lookUpSafely(path: readonly string[], lookup: (path: readonly string[]) => unknown): unknown {
  try {
    return lookup(path);
  } catch {
    return undefined;
  }
}

/** What a comparison wanted and what it got, in words. */
export function compareEvidence(
  condition: CompiledExpression,
  left: unknown,
  right: unknown,
): Pick<AssertionEvidence, "expected" | "seen"> {
  if (!condition.comparison) return {};
  const { operator, literalFirst } = condition.comparison;
  const equality = operator.includes("=") && !/[<>]/.test(operator);
  // `'ready' === status`: the literal is what was expected, whichever side it is on.
  const [seen, wanted] = equality && literalFirst ? [right, left] : [left, right];
  const prefix = equality ? (operator.startsWith("!") ? "anything but " : "") : `${operator} `;
  return { expected: `${prefix}${show(wanted)}`, seen: show(seen) };
}
