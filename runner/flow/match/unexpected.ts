import { type Fault, QaError } from "../../base/errors.ts";
import { describeMatcher, show } from "./describe.ts";
import { describeMismatches, type Mismatch, mismatches } from "./match.ts";
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
    }: { expected?: string; seen?: string; fault?: Fault; hint?: string; details?: string } = {},
  ) {
    super(message, { code: "expectation-failed", fault: "product", ...options });
    this.name = "Unexpected";
    this.expected = expected;
    this.seen = seen;
  }
}

/**
 * The failure that a value is not as expected.
 * @param found where it is not; by default looked for
 */
export function unexpected(
  subject: string,
  matcher: Matcher,
  value: unknown,
  found: readonly Mismatch[] = mismatches(matcher, value),
): Unexpected {
  return new Unexpected(`${subject}: ${describeMismatches(found)}`, {
    expected: describeMatcher(matcher),
    seen: value === undefined ? "nothing" : show(value),
  });
}
