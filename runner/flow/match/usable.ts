import { show } from "./describe.ts";
import type { Matcher } from "./matcher.ts";

/**
 * What makes a matcher useless now that its values are known: it would match everything, or nothing.
 * @returns in words; undefined if it can be used
 */
export function uselessness(matcher: Matcher): string | undefined {
  switch (matcher.kind) {
    case "members":
      return first(matcher.members.map(([, member]) => member));
    case "anyOf":
    case "allOf":
      return first(matcher.matchers);
    case "contains":
      if (matcher.matcher.kind === "equals" && matcher.matcher.value === "")
        return "`contains` got an empty text, which every text contains";
      return uselessness(matcher.matcher);
    case "not":
    case "every":
    case "some":
    case "count":
      return uselessness(matcher.matcher);
    case "startsWith":
    case "endsWith":
      return matcher.value === ""
        ? `\`${matcher.kind}\` got an empty text, which fits every text`
        : undefined;
    case "above":
    case "below":
      return noNumber(matcher.kind, matcher.value);
    case "between":
      if (Number(matcher.low) > Number(matcher.high))
        return `\`between\` goes from ${show(matcher.low)} to ${show(matcher.high)}, where no number is`;
      return noNumber(matcher.kind, matcher.low) ?? noNumber(matcher.kind, matcher.high);
    case "matches":
      return uselessPattern(matcher.kind, matcher.value);
    case "captures":
      return uselessPattern(matcher.kind, matcher.pattern) ?? uselessness(matcher.values);
    default:
      return undefined;
  }
}

function first(matchers: readonly Matcher[]): string | undefined {
  for (const each of matchers) {
    const found = uselessness(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function noNumber(word: string, value: unknown): string | undefined {
  return Number.isNaN(Number(value)) ? `\`${word}\` got ${show(value)}, which is no number` : undefined;
}

function uselessPattern(word: string, value: unknown): string | undefined {
  const pattern = String(value);
  try {
    new RegExp(pattern);
  } catch {
    return `\`${word}\` got ${show(value)}, which is no pattern`;
  }
  return matchesEverything(pattern)
    ? `\`${word}\` got the pattern ${show(value)}, which every text matches`
    : undefined;
}

/** What asks for something beside the text itself: another place, a word's end. */
const ASSERTION = /\\[bB]|\(\?<?[=!]/;

/**
 * Whether every text matches a pattern. One that matches the empty text does so at the beginning of every text, unless it
 * asks for the end as well. @returns false also where that is hard to tell
 */
export function matchesEverything(pattern: string): boolean {
  if (ASSERTION.test(pattern) || (pattern.includes("^") && pattern.includes("$"))) return false;
  return new RegExp(pattern).test("");
}
