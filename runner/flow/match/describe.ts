import { inspect } from "node:util";
import type { Matcher } from "./matcher.ts";

const MAX_LENGTH = 300;

/**
 * A value on one line; texts as JSON has them. Of a long one, the middle is left out.
 * @param length characters at most
 */
export function show(value: unknown, length = MAX_LENGTH): string {
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, SHOWN);
  if (text.length <= length) return text;
  const beginning = Math.floor(length * 0.4);
  // What somebody said last stands at the end of what a model reads.
  return `${text.slice(0, beginning)} … ${text.slice(text.length - (length - beginning - 3))}`;
}

const SHOWN = {
  depth: 4,
  breakLength: Number.POSITIVE_INFINITY,
  compact: true,
  maxArrayLength: 20,
  maxStringLength: MAX_LENGTH,
} as const;

/** What a matcher wants, in the words of the file: `"on"`, `not contains "x"`, `above 3`. */
export function describeMatcher(matcher: Matcher): string {
  switch (matcher.kind) {
    case "equals":
      return show(matcher.value);
    case "members":
      return `{ ${matcher.members.map(([name, member]) => `${name}: ${describeMatcher(member)}`).join(", ")} }`;
    case "anyOf":
    case "allOf":
      return matcher.matchers.map(describeMatcher).join(matcher.kind === "anyOf" ? " or " : " and ");
    case "not":
    case "contains":
    case "every":
    case "some":
    case "count":
      return `${matcher.kind} ${describeMatcher(matcher.matcher)}`;
    case "increasing":
      return matcher.value === false ? "numbers that do not always increase" : "increasing numbers";
    case "exists":
      return matcher.value === false ? "nothing there" : "something there";
    case "isType":
      return `a ${matcher.value}`;
    case "between":
      return `between ${show(matcher.low)} and ${show(matcher.high)}`;
    case "captures":
      return `${describeMatcher(matcher.values)} caught by ${show(matcher.pattern)}`;
    case "expr":
      return `expr ${matcher.text.trim()}`;
    default:
      return `${matcher.kind} ${show(matcher.value)}`;
  }
}
