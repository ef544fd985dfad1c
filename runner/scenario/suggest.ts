import { closest, distance } from "fastest-levenshtein";

/** The known name that was probably meant, if one is near enough not to mislead. */
export function suggest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = name.toLowerCase();
  const best = closest(
    lower,
    known.map((candidate) => candidate.toLowerCase()),
  );
  const match = known.find((candidate) => candidate.toLowerCase() === best);
  if (match === undefined) return undefined;
  return distance(lower, best) <= Math.max(1, Math.floor(Math.max(name.length, match.length) / 3))
    ? match
    : undefined;
}

/** `did you mean X?`, or the list of what is possible. */
export function suggestion(name: string, known: readonly string[]): string {
  const match = suggest(name, known);
  return match === undefined ? `Possible here: ${quotedList(known)}.` : `Did you mean \`${match}\`?`;
}

export function quotedList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
