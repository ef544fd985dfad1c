/** Words of matchers as other tools spell them. */
const OPERATORS = meanings({
  contains: ["includes", "include", "containing", "has", "substring"],
  matches: ["regex", "regexp", "pattern"],
  startsWith: ["beginsWith", "prefix"],
  endsWith: ["suffix"],
  above: ["gt", "greaterThan", "moreThan", "over"],
  below: ["lt", "lessThan", "under"],
  equals: ["eq", "equal", "equalTo"],
  count: ["length", "size"],
  anyOf: ["any", "or", "oneOf"],
  allOf: ["all", "and"],
  isType: ["type", "typeOf"],
});

/** What stands beside an action, as other tools call it. */
const KEYS = meanings({
  within: ["timeout", "timeoutMs", "timeoutSeconds", "wait"],
  in: ["room", "channel", "to", "conversation"],
  as: ["from", "by", "user", "sender"],
  saveAs: ["save", "store", "saveTo", "result"],
  because: ["reason", "why", "comment", "note"],
  times: ["count"],
  answer: ["returns", "response", "is"],
});

/** Units of durations. */
const UNITS = meanings({
  ms: ["ms", "msec", "msecs", "millis", "milliseconds"],
  s: ["s", "sec", "secs", "second", "seconds"],
  m: ["m", "min", "mins", "minute", "minutes"],
});

function meanings(words: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(words).flatMap(([meant, others]) => others.map((other) => [other, meant] as const)),
  );
}

/** The word of matchers that an author means by this one, if it is one of those allowed. */
export function operatorMeant(word: string, allowed: readonly string[]): string | undefined {
  return amongAllowed(OPERATORS.get(word), allowed);
}

/** The key beside an action that an author means by this one, if it is one of those allowed. */
export function keyMeant(word: string, allowed: readonly string[]): string | undefined {
  return amongAllowed(KEYS.get(word), allowed);
}

function amongAllowed(meant: string | undefined, allowed: readonly string[]): string | undefined {
  return meant !== undefined && allowed.includes(meant) ? meant : undefined;
}

/**
 * The duration that an author means by a text or number that is none. A number alone means milliseconds where it is too
 * large for a limit in seconds, and seconds where it is too small for one in milliseconds.
 * @returns undefined where it may be either, or is nothing of the kind
 */
export function durationMeant(written: string): string | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(written.trim()) ?? [];
  if (amount === undefined) return undefined;
  if (unit !== "") {
    const known = UNITS.get(unit.toLowerCase());
    return known && amount + known;
  }
  return Number(amount) >= 1_000 ? `${amount}ms` : Number(amount) <= 60 ? `${amount}s` : undefined;
}
