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
 * @param lookup value of a name; undefined if there is none
 * @param isVariable whether the scenario itself set the name; the flow API's objects are too large to show
 */
export function readValues(
  { reads }: CompiledExpression,
  lookup: (name: string) => unknown,
  isVariable: (name: string) => boolean,
): AssertionEvidence["values"] {
  const values: AssertionEvidence["values"] = [];
  for (const { name, members } of reads) {
    if (members.length === 0 && !isVariable(name)) continue;
    const value = readMembers(lookup(name), members);
    if (typeof value !== "function")
      values.push({ expression: [name, ...members].join("."), value: show(value) });
  }
  return values;
}

function readMembers(root: unknown, members: readonly string[]): unknown {
  let value = root;
  for (const member of members) {
    if (value === null || value === undefined) return undefined;
    try {
      value = Reflect.get(Object(value), member, value);
    } catch {
      return undefined;
    }
  }
  return value;
}

/** What a comparison wanted and what it got, in words. */
export function compareEvidence(
  condition: CompiledExpression,
  [left, right]: readonly [unknown, unknown],
): Pick<AssertionEvidence, "expected" | "seen"> {
  if (!condition.comparison) return {};
  const { operator, literalFirst } = condition.comparison;
  const equality = operator.includes("=") && !/[<>]/.test(operator);
  // `'ready' === status`: the literal is what was expected, whichever side it is on.
  const [seen, wanted] = equality && literalFirst ? [right, left] : [left, right];
  const prefix = equality ? (operator.startsWith("!") ? "anything but " : "") : `${operator} `;
  return { expected: `${prefix}${show(wanted)}`, seen: show(seen) };
}
