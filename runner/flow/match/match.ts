import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "../../base/json.ts";
import { describeMatcher, show } from "./describe.ts";
import type { Matcher } from "./matcher.ts";

/** One place in a value that is not as expected. */
export interface Mismatch {
  /** From the value to the place. */
  path: readonly (string | number)[];
  /** In words: `"on"`, `above 3`. */
  expected: string;
  /** What is there; undefined if nothing is. */
  seen: unknown;
  /** Not the value itself, but what a pattern has caught in it. */
  caught?: true;
}

/** Where a value is not as a matcher wants it; empty if it matches. Never throws for what a value is. */
export function mismatches(matcher: Matcher, value: unknown): readonly Mismatch[] {
  switch (matcher.kind) {
    case "equals":
      return different(matcher.value, value);
    case "members":
      if (isJsonObject(value)) return differentMembers(matcher.members, value);
      break;
    case "allOf":
      return matcher.matchers.flatMap((each) => mismatches(each, value));
    case "every":
      if (Array.isArray(value))
        return value.flatMap((item, index) => below(index, mismatches(matcher.matcher, item)));
      break;
    case "captures":
      if (typeof value !== "string") break;
      return capturedMismatches(matcher, value);
    case "count":
      if (Array.isArray(value)) return below("length", mismatches(matcher.matcher, value.length));
      break;
    default:
      if (holds(matcher, value)) return [];
      if (Array.isArray(value) && (matcher.kind === "some" || matcher.kind === "contains"))
        return nearestItem(matcher.matcher, value) ?? asWhole(matcher, value);
  }
  return asWhole(matcher, value);
}

function asWhole(matcher: Matcher, seen: unknown): Mismatch[] {
  return [{ path: [], expected: describeMatcher(matcher), seen }];
}

export function matches(matcher: Matcher, value: unknown): boolean {
  return mismatches(matcher, value).length === 0;
}

/**
 * Whether a matcher holds where there is nothing at all, and says so (`exists: false`): what only holds because nothing
 * speaks against it, as `not` does, is no word about absence.
 */
export function fitsAbsence(matcher: Matcher): boolean {
  return holdsByWord(matcher, undefined, ABSENCE);
}

const ABSENCE: ReadonlySet<Matcher["kind"]> = new Set(["exists"]);
/** Those that say how much there is of a list. */
const AMOUNT: ReadonlySet<Matcher["kind"]> = new Set(["count", "equals", "expr"]);

/** Whether a matcher holds of a value, and one of these words is why. */
function holdsByWord(matcher: Matcher, value: unknown, words: ReadonlySet<Matcher["kind"]>): boolean {
  if (matcher.kind === "anyOf") return matcher.matchers.some((each) => holdsByWord(each, value, words));
  return hasWord(matcher, words) && matches(matcher, value);
}

function hasWord(matcher: Matcher, words: ReadonlySet<Matcher["kind"]>): boolean {
  if (matcher.kind === "not") return hasWord(matcher.matcher, words);
  if (matcher.kind === "anyOf" || matcher.kind === "allOf")
    return matcher.matchers.some((each) => hasWord(each, words));
  return words.has(matcher.kind);
}

type Simple = Exclude<Matcher, { kind: "equals" | "members" | "allOf" | "every" | "count" | "captures" }>;

/** Those of which nothing more can be said than whether they hold. */
function holds(matcher: Simple, value: unknown): boolean {
  switch (matcher.kind) {
    case "not":
      return !matches(matcher.matcher, value);
    case "anyOf":
      return matcher.matchers.some((each) => matches(each, value));
    case "contains":
      return contains(matcher.matcher, value);
    case "startsWith":
      return typeof value === "string" && value.startsWith(String(matcher.value));
    case "endsWith":
      return typeof value === "string" && value.endsWith(String(matcher.value));
    case "matches":
      return typeof value === "string" && new RegExp(String(matcher.value)).test(value);
    case "some":
      return Array.isArray(value) && value.some((item) => matches(matcher.matcher, item));
    case "increasing":
      return Array.isArray(value) && isIncreasing(value) === (matcher.value !== false);
    case "exists":
      return (value !== undefined) === (matcher.value !== false);
    case "isType":
      return typeOf(value) === matcher.value;
    case "above":
      return typeof value === "number" && value > Number(matcher.value);
    case "below":
      return typeof value === "number" && value < Number(matcher.value);
    case "between":
      return typeof value === "number" && value >= Number(matcher.low) && value <= Number(matcher.high);
    case "expr":
      return matcher.test(value);
    default:
      return false;
  }
}

/** The value that comes nearest, by how few of its places differ; of equal ones the last. */
export function nearest<T>(
  matcher: Matcher,
  values: readonly T[],
): { value: T; found: readonly Mismatch[] } | undefined {
  let best: { value: T; found: readonly Mismatch[] } | undefined;
  for (const value of values) {
    const found = mismatches(matcher, value);
    if (!best || found.length <= best.found.length) best = { value, found };
  }
  return best;
}

/** So many places are told in one line; the others stand in the diff. */
const TOLD = 3;
/** Characters of a value: what was expected comes after it. */
const IN_A_SENTENCE = 140;

/** `disabled is false, expected true`: one sentence for each of the first places. */
export function describeMismatches(found: readonly Mismatch[], subject = "it"): string {
  const told = found.slice(0, TOLD).map(({ path, expected, seen, caught }) => {
    const place = path.length === 0 ? subject : pathText(path);
    const what = caught ? `what the pattern caught in ${place}` : place;
    return `${what} ${seen === undefined ? "is not there" : `is ${show(seen, IN_A_SENTENCE)}`}, expected ${expected}`;
  });
  return [...told, ...(found.length > TOLD ? [`${found.length - TOLD} more`] : [])].join("; ");
}

/** The place in a value, as a scenario writes it: `list[0].name`. */
export function pathText(path: readonly (string | number)[]): string {
  const text = path.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`)).join("");
  return text.replace(/^\./, "");
}

function below(name: string | number, found: readonly Mismatch[]): Mismatch[] {
  return found.map((each) => ({ ...each, path: [name, ...each.path] }));
}

/** In a list none of whose items fits: where the nearest of those differs that have something of it. */
function nearestItem(matcher: Matcher, items: readonly unknown[]): readonly Mismatch[] | undefined {
  const best = nearest(matcher, items);
  if (!best?.found.every(({ path }) => path.length > 0)) return undefined;
  return below(items.lastIndexOf(best.value), best.found);
}

function memberOf(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function differentMembers(
  members: readonly (readonly [string, Matcher])[],
  value: Readonly<Record<string, unknown>>,
): Mismatch[] {
  return members.flatMap(([name, member]) => below(name, mismatches(member, memberOf(value, name))));
}

/** Where two values differ, as deep down as they are alike. */
function different(expected: unknown, seen: unknown): Mismatch[] {
  if (isJsonObject(expected) && isJsonObject(seen)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(seen)]);
    return [...names].flatMap((name) =>
      below(name, different(memberOf(expected, name), memberOf(seen, name))),
    );
  }
  if (Array.isArray(expected) && Array.isArray(seen) && expected.length === seen.length)
    return expected.flatMap((item, index) => below(index, different(item, seen[index])));
  if (expected === seen || isDeepStrictEqual(expected, seen)) return [];
  return [{ path: [], expected: expected === undefined ? "nothing there" : show(expected), seen }];
}

function contains(matcher: Matcher, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => matches(matcher, item));
  if (typeof value !== "string" || matcher.kind !== "equals" || typeof matcher.value === "object")
    return false;
  return value.includes(String(matcher.value));
}

function isIncreasing(values: readonly unknown[]): boolean {
  const numbers = values.map((each) => (typeof each === "object" ? Number.NaN : Number(each)));
  return numbers.every((each, index) => index === 0 || each > Number(numbers[index - 1]));
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

function capturedMismatches(matcher: Extract<Matcher, { kind: "captures" }>, text: string): Mismatch[] {
  const pattern = new RegExp(String(matcher.pattern), "g");
  const seen = [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole);
  // Of nothing, every value is as wanted.
  const fits = seen.length > 0 ? matches(matcher.values, seen) : holdsByWord(matcher.values, seen, AMOUNT);
  return fits ? [] : [{ path: [], expected: describeMatcher(matcher), seen, caught: true }];
}
