import { suggest } from "../../base/suggest.ts";

const SUGGESTED = /^Did you mean `([^`]+)`/;
const QUOTES = /^(["'])(.*)\1$/s;

/**
 * What a hint proposes to write in place of the text that its diagnostic marks.
 * @returns undefined where it proposes nothing, or something else than another name for that text
 */
export function fixFor(hint: string | undefined, marked: string): string | undefined {
  const [, name] = SUGGESTED.exec(hint ?? "") ?? [];
  if (name === undefined) return undefined;
  const [, quote = "", inside = marked] = QUOTES.exec(marked) ?? [];
  return suggest(inside, [name]) === name && inside !== name ? quote + name + quote : undefined;
}
