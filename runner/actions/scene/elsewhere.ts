import { quotedList, suggest } from "../../base/suggest.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";

/** So many names a person reads. */
const SHOWN = 5;

/** What a statement names, where nothing of that name may be. */
export interface Named {
  name: string;
  /** The names that there are. */
  known(): readonly string[] | Promise<readonly string[]>;
}

/** The failure of a statement about something that is not there, with what may have been meant. */
export async function withMeant(failure: Unexpected, { name, known }: Named): Promise<Unexpected> {
  const { message, expected, seen, hint } = failure;
  // What was read a moment ago is of use only if it is still there.
  const names = await Promise.resolve(known()).catch(() => []);
  const meant = suggest(name, names);
  if (meant === undefined || meant === name) return failure;
  return new Unexpected(`${message}; did you mean \`${meant}\`?`, {
    ...(expected === undefined ? {} : { expected }),
    ...(seen === undefined ? {} : { seen }),
    hint,
  });
}

/**
 * That nothing came in a conversation, and where it did.
 * @param others conversations in which messages came
 * @returns undefined where none came anywhere
 */
export function elsewhere(name: string, others: readonly string[]): string | undefined {
  const all = [...new Set(others)];
  if (all.length === 0 || all.includes(name)) return undefined;
  const near = suggest(name, all);
  const sorted = all.toSorted((one, other) => Number(other === near) - Number(one === near));
  const rest = sorted.length - SHOWN;
  const listed = quotedList(sorted.slice(0, SHOWN)) + (rest > 0 ? ` and ${rest} others` : "");
  return `nothing came in \`${name}\`; messages came in ${listed}`;
}
