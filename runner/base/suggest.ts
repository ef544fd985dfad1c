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

/**
 * The known dotted name that a name looks like, where others may exist that are not known: with one of the two names
 * before and behind the first dot as it is, and in the other one letter that is wrong, or two that are swapped.
 */
export function mistyped(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH || known.includes(name)) return undefined;
  const [head = "", rest = ""] = halves(name);
  return known.find((candidate) => {
    const [knownHead = "", knownRest = ""] = halves(candidate);
    return (
      (head === knownHead && rest !== "" && isSlip(rest, knownRest)) ||
      (rest === knownRest && isSlip(head, knownHead))
    );
  });
}

function halves(name: string): string[] {
  const [head = "", ...rest] = name.split(".");
  return [head, rest.join(".")];
}

function isSlip(typed: string, meant: string): boolean {
  if (typed.length <= 2 || meant.length <= 2) return false;
  const steps = distance(typed, meant);
  return steps === 1 || (steps === 2 && [...typed].sort().join("") === [...meant].sort().join(""));
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
