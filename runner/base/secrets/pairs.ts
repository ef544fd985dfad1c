import { isSecretName, isSecretParameter } from "./names.ts";

/** Gives what stands in a text instead of a credential. */
export type Replace = (secret: string) => string;

const LONGEST_NAME = 64;
const LONGEST_GAP = 4;
/** How often JSON may lie in JSON: each time doubles the backslashes before a quote. */
const MOST_BACKSLASHES = 64;
const NAME_CHARACTER = /[\w.$-]/;
const BARE_VALUE = /[^\s"'`,;&<>(){}[\]|\\]+/y;
/** `token=missing`: a word is no credential where prose could stand. */
const WORD = /^[a-z]+(?:[-_][a-z]+)*[.:!?]*$/i;
const LONGEST_WORD = 24;

interface Name {
  text: string;
  isQuoted: boolean;
  isParameter: boolean;
}

/**
 * Replaces the values of names that hold a credential, wherever name and value stand together: `name=value`, `name: value`,
 * members of JSON and of JSON within JSON, options, parameters of addresses, lists of values. Goes through the text once.
 */
export function replacePairs(text: string, replace: Replace): string {
  const signs = /[:=]/g;
  const bare = bareValues(text);
  let clean = "";
  let done = 0;
  for (let sign = signs.exec(text); sign; sign = signs.exec(text)) {
    const name = nameBefore(text, sign.index, done);
    if (name === undefined) continue;
    for (const [from, to] of valuesAfter(text, sign.index, name, bare)) {
      clean += text.slice(done, from) + replace(text.slice(from, to));
      done = to;
      signs.lastIndex = to;
    }
  }
  return clean + text.slice(done);
}

/** The name that ends before `end`, if it is one that holds a credential. */
function nameBefore(text: string, end: number, start: number): Name | undefined {
  let to = end;
  while (to > start && end - to < LONGEST_GAP && text[to - 1] === " ") to -= 1;
  const quote = text[to - 1];
  const isQuoted = quote === '"' || quote === "'";
  if (isQuoted) to = skipBackslashes(text, to - 1, start);
  let from = to;
  while (from > start && to - from < LONGEST_NAME && NAME_CHARACTER.test(text[from - 1] ?? "")) from -= 1;
  if (from === to) return undefined;
  const name = text.slice(from, to);
  const before = text[from - 1];
  const isParameter = before === "?" || before === "&";
  const isSecret = isParameter ? isSecretParameter(name) : isSecretName(name);
  return isSecret ? { text: name, isQuoted, isParameter } : undefined;
}

function skipBackslashes(text: string, to: number, start: number): number {
  let from = to;
  while (from > start && to - from < MOST_BACKSLASHES && text[from - 1] === "\\") from -= 1;
  return from;
}

/** Where the values of a name stand: one, or those of a list. */
function valuesAfter(
  text: string,
  sign: number,
  name: Name,
  bare: (start: number) => number,
): [from: number, to: number][] {
  // Also `==`, `===` and `=>`.
  let at = skipSpaces(text, sign + 1, "=>");
  at = skipSpaces(text, at, " ");
  if (text[at] === "[") return listedValues(text, at + 1);
  const quoted = quotedValue(text, at);
  if (quoted) return quoted[1] > quoted[0] ? [quoted] : [];
  const end = bare(at);
  return isCredential(text.slice(at, end), text[sign] === "=", name) ? [[at, end]] : [];
}

/**
 * Gives the end of the value without quotes at a place. Asked from front to back it looks at no character twice, though
 * each sign in `a:b:c` begins a value.
 */
function bareValues(text: string): (start: number) => number {
  let end = 0;
  return (start) => {
    if (start < end) return end;
    BARE_VALUE.lastIndex = start;
    end = start + (BARE_VALUE.exec(text)?.[0].length ?? 0);
    return end;
  };
}

function listedValues(text: string, start: number): [from: number, to: number][] {
  const values: [from: number, to: number][] = [];
  for (let at = skipSpaces(text, start, " \n,"); ; ) {
    const value = quotedValue(text, at);
    if (!value) return values;
    if (value[1] > value[0]) values.push(value);
    const close = /["']/g;
    close.lastIndex = value[1];
    if (!close.exec(text)) return values;
    at = skipSpaces(text, close.lastIndex, " \n,");
  }
}

function skipSpaces(text: string, start: number, spaces: string): number {
  let at = start;
  while (at - start < LONGEST_GAP * LONGEST_GAP && at < text.length && spaces.includes(text[at] ?? ""))
    at += 1;
  return at;
}

/**
 * The inside of a quoted value at `start`. It ends before the next quote with no more backslashes than the first one has:
 * a quote within the value has more, and one with fewer ends the text that holds all of this.
 */
function quotedValue(text: string, start: number): [from: number, to: number] | undefined {
  let at = start;
  while (at - start < MOST_BACKSLASHES && text[at] === "\\") at += 1;
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return undefined;
  const backslashes = at - start;
  const from = at + 1;
  for (let end = text.indexOf(quote, from); end !== -1; end = text.indexOf(quote, end + 1)) {
    const to = skipBackslashes(text, end, from);
    if (end - to <= backslashes) return [from, to];
  }
  const line = text.indexOf("\n", from);
  return [from, line === -1 ? text.length : line];
}

/** Without quotes a name may be a word of a sentence, and what follows it the next one. */
function isCredential(value: string, isAssigned: boolean, { text, isQuoted, isParameter }: Name): boolean {
  const isVariable = isAssigned && (isParameter || text === text.toUpperCase());
  if (isVariable) return value.length >= 4;
  if (WORD.test(value) && value.length <= LONGEST_WORD) return false;
  if (isAssigned || isQuoted) return value.length >= 6;
  const begin = value.slice(0, LONGEST_NAME);
  return value.length >= 8 && /\d/.test(begin) && /[a-z]/i.test(begin);
}
