import { quotedList } from "../../base/suggest.ts";
import type { SourceRange } from "../../scenario/source/diagnostic.ts";
import { OPERATORS, type Operator } from "../match/matcher.ts";
import type { CompiledMatcher, Value } from "../types.ts";
import type { ValueSchema } from "../vocabulary.ts";
import type { StepContext } from "./step-context.ts";
import { typeWords } from "./step-values.ts";

/** The types of values that an operator can hold of; absent: all. */
const TYPES_OF: Readonly<Partial<Record<Operator, readonly string[]>>> = {
  contains: ["string", "array"],
  startsWith: ["string"],
  endsWith: ["string"],
  matches: ["string"],
  captures: ["string"],
  every: ["array"],
  some: ["array"],
  count: ["array"],
  increasing: ["array"],
  above: ["number"],
  below: ["number"],
  between: ["number"],
};

/** The types of values that are like a schema; undefined if it does not say. */
function typesOf({ type, anyOf, enum: choices, const: only, properties }: ValueSchema): string[] | undefined {
  if (anyOf) {
    const types = anyOf.map(typesOf);
    return types.every((each) => each !== undefined) ? types.flat() : undefined;
  }
  const values = choices ?? (only === undefined ? undefined : [only]);
  if (values) return values.map((value) => (Array.isArray(value) ? "array" : typeof value));
  if (type !== undefined) return [type].flat().map((each) => (each === "integer" ? "number" : each));
  return properties ? ["object"] : undefined;
}

/** Reports an operator that can hold of no value of the declared type: its opposite would always hold. */
export function canHold(
  context: StepContext,
  at: SourceRange,
  operator: Operator,
  subject: ValueSchema,
): boolean {
  const types = typesOf(subject);
  const holdsOf = (each: Operator) =>
    !types || (TYPES_OF[each]?.some((type) => types.includes(type)) ?? true);
  if (holdsOf(operator)) return true;
  const words = (Object.keys(OPERATORS) as Operator[]).filter(holdsOf);
  return cannotMatch(
    context,
    at,
    `\`${operator}\` can never hold: what is matched is ${typeWords(subject)}`,
    {
      hint: `Possible here: ${quotedList(words)}.`,
    },
  );
}

/** The same for `isType`, whose word for an array is `list`. */
export function canBeOfType(
  context: StepContext,
  at: SourceRange,
  value: Value,
  subject: ValueSchema,
): boolean {
  const types = typesOf(subject);
  if (!types || value.kind !== "literal") return true;
  if (types.includes(value.value === "list" ? "array" : String(value.value))) return true;
  return cannotMatch(context, at, `this can never be: what is matched is ${typeWords(subject)}`);
}

/** Reports a range in which no number is: `between: [3, 1]`, `{ above: 3, below: 3 }`. */
export function hasNumbers(
  context: StepContext,
  at: SourceRange,
  matchers: readonly CompiledMatcher[],
): boolean {
  const limit = (kind: "above" | "below") => {
    const found = matchers.find((each) => each.kind === kind);
    return found?.kind === kind ? numberOf(found.value) : undefined;
  };
  for (const each of matchers) {
    if (each.kind !== "between") continue;
    const [low, high] = [numberOf(each.low), numberOf(each.high)];
    if (low !== undefined && high !== undefined && low > high)
      return cannotMatch(context, at, `no number lies between ${low} and ${high}`, {
        hint: `The smaller one comes first: \`between: [${high}, ${low}]\`.`,
      });
  }
  const [above, below] = [limit("above"), limit("below")];
  if (above === undefined || below === undefined || above < below) return true;
  return cannotMatch(context, at, `no number is above ${above} and below ${below}`);
}

function numberOf(value: Value): number | undefined {
  return value.kind === "literal" && typeof value.value === "number" ? value.value : undefined;
}

function cannotMatch(
  { flow }: StepContext,
  at: SourceRange,
  message: string,
  { hint }: { hint?: string } = {},
): false {
  flow.diagnostics.error(at, { code: "matcher-cannot-match", message, ...(hint ? { hint } : {}) });
  return false;
}
