import { type Fault, QaError } from "../../base/errors.ts";
import { describeMatcher, show } from "./describe.ts";
import { describeMismatches, type Mismatch, matches, mismatches, pathText } from "./match.ts";
import type { Matcher } from "./matcher.ts";

/** Something is not what a statement expects. */
export class Unexpected extends QaError {
  readonly expected: string | undefined;
  /** What comes nearest to it. */
  readonly seen: string | undefined;

  constructor(
    message: string,
    {
      expected,
      seen,
      ...options
    }: { expected?: string; seen?: string; fault?: Fault; hint?: string | undefined; details?: string } = {},
  ) {
    super(message, { code: "expectation-failed", fault: "product", ...options });
    this.name = "Unexpected";
    this.expected = expected;
    this.seen = seen;
  }
}

/**
 * The failure that a value is not as expected. Where that is more than one place, what was expected and what was seen have
 * a line for each.
 * @param found where it is not; by default looked for
 */
export function unexpected(
  subject: string,
  matcher: Matcher,
  value: unknown,
  found: readonly Mismatch[] = mismatches(matcher, value),
): Unexpected {
  const message = sentence(subject, matcher, value, found);
  // It holds only because nothing speaks against it.
  const hint =
    value === undefined && matches(matcher, value)
      ? "Look at the name. Where it must not be there, say `{ exists: false }`."
      : undefined;
  if (found.length > 1) {
    const lines = (text: (each: Mismatch) => string) =>
      found.map((each) => `${pathText(each.path)}: ${text(each)}`).join("\n");
    return new Unexpected(message, {
      expected: lines(({ expected }) => expected),
      seen: lines(({ seen }) => shown(seen)),
    });
  }
  return new Unexpected(message, { expected: describeMatcher(matcher), seen: shown(value), hint });
}

function sentence(subject: string, matcher: Matcher, value: unknown, found: readonly Mismatch[]): string {
  if (matcher.kind === "exists")
    return `${subject} ${value === undefined ? "is not there" : "is there, and must not be"}`;
  if (value === undefined) return `${subject} is not there, expected ${describeMatcher(matcher)}`;
  return `${subject}: ${describeMismatches(found)}`;
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : show(value);
}
