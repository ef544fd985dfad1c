import { closest, distance } from "fastest-levenshtein";

/** Longer ones are no names that somebody mistyped, and take long to compare. */
const MAX_LENGTH = 100;

/** The known name that was probably meant, if one is near enough not to mislead. */
export function suggest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > MAX_LENGTH) return undefined;
  const lower = name.toLowerCase();
  const best = closest(
    lower,
    known.map((candidate) => candidate.toLowerCase()),
  );
  const match = known.find((candidate) => candidate.toLowerCase() === best);
  if (match === undefined) return undefined;
  // Two, so that a swap of neighbours counts as near; words of up to three letters are all near each other.
  const length = Math.max(name.length, match.length);
  const limit = length <= 3 ? 1 : Math.max(2, Math.floor(length / 3));
  return distance(lower, best) <= limit ? match : undefined;
}

/** The hint for a name that is not known: "Did you mean …?", or `otherwise`, by default what is possible. */
export function suggestion(
  name: string,
  known: readonly string[],
  otherwise = `Possible here: ${quotedList(known)}.`,
): string {
  const match = suggest(name, known);
  return match === undefined ? otherwise : `Did you mean \`${match}\`?`;
}

export function quotedList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
