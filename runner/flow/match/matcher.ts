/** What is expected of a value. Plain data, but for what `expr` computes. */
export type Matcher<V = unknown, E = Predicate> =
  | { kind: "equals"; value: V }
  /** The members named match; others may be there. */
  | { kind: "members"; members: readonly (readonly [name: string, matcher: Matcher<V, E>])[] }
  /** `contains`: of a text, what it contains; of a list, what one of its elements is. */
  | { kind: MatcherOperator; matcher: Matcher<V, E> }
  | { kind: "anyOf" | "allOf"; matchers: readonly Matcher<V, E>[] }
  | { kind: ValueOperator; value: V }
  | { kind: "between"; low: V; high: V }
  /** What the first group of a pattern caught each time, or the whole of it where it has none: a list. */
  | { kind: "captures"; pattern: V; values: Matcher<V, E> }
  | { kind: "expr"; text: string; test: E };

type MatcherOperator = "not" | "contains" | "every" | "some" | "count";
type ValueOperator =
  | "startsWith"
  | "endsWith"
  | "matches"
  | "increasing"
  | "exists"
  | "isType"
  | "above"
  | "below";

/** What an `expr` computes of the value. */
type Predicate = (value: unknown) => boolean;

/** The words that are operators in a mapping, with what each takes. */
export const OPERATORS = {
  not: "matcher",
  anyOf: "matchers",
  allOf: "matchers",
  equals: "value",
  exists: "boolean",
  isType: "type",
  contains: "matcher",
  startsWith: "text",
  endsWith: "text",
  matches: "pattern",
  every: "matcher",
  some: "matcher",
  count: "matcher",
  increasing: "boolean",
  above: "number",
  below: "number",
  between: "pair",
  captures: "captures",
  expr: "expression",
} as const;

export type Operator = keyof typeof OPERATORS;

export function isOperator(word: string): word is Operator {
  return Object.hasOwn(OPERATORS, word);
}

/** Those that say something about an object as a whole; on objects the other words are names of members. */
export const OBJECT_OPERATORS: readonly string[] = ["not", "anyOf", "allOf", "equals", "exists"];

/** What `isType` distinguishes. */
export const TYPES: readonly string[] = ["string", "number", "boolean", "list", "object", "null"];

/** The same matcher with its values and expressions replaced. */
export function mapMatcher<V, E, W, F>(
  matcher: Matcher<V, E>,
  value: (value: V) => W,
  test: (expression: E) => F,
): Matcher<W, F> {
  const inner = (each: Matcher<V, E>) => mapMatcher(each, value, test);
  switch (matcher.kind) {
    case "members":
      return {
        kind: "members",
        members: matcher.members.map(([name, member]) => [name, inner(member)] as const),
      };
    case "not":
    case "contains":
    case "every":
    case "some":
    case "count":
      return { kind: matcher.kind, matcher: inner(matcher.matcher) };
    case "anyOf":
    case "allOf":
      return { kind: matcher.kind, matchers: matcher.matchers.map(inner) };
    case "between":
      return { kind: "between", low: value(matcher.low), high: value(matcher.high) };
    case "captures":
      return { kind: "captures", pattern: value(matcher.pattern), values: inner(matcher.values) };
    case "expr":
      return { kind: "expr", text: matcher.text, test: test(matcher.test) };
    default:
      return { kind: matcher.kind, value: value(matcher.value) };
  }
}

/** About how many places of a value a matcher says something. */
export function conditionsOf<V, E>(matcher: Matcher<V, E>): number {
  const sum = (all: readonly Matcher<V, E>[]) => all.reduce((count, each) => count + conditionsOf(each), 0);
  if (matcher.kind === "members") return sum(matcher.members.map(([, member]) => member));
  return matcher.kind === "allOf" ? sum(matcher.matchers) : 1;
}

/** Whether a matcher says something about a member of this name, wherever in it. */
export function namesMember<V, E>(matcher: Matcher<V, E>, name: string): boolean {
  switch (matcher.kind) {
    case "members":
      return matcher.members.some(([key, member]) => key === name || namesMember(member, name));
    case "not":
    case "contains":
    case "every":
    case "some":
    case "count":
      return namesMember(matcher.matcher, name);
    case "anyOf":
    case "allOf":
      return matcher.matchers.some((each) => namesMember(each, name));
    default:
      return false;
  }
}
