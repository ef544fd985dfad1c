import { KnownSecrets } from "./known.ts";
import { hasSecretContent, isPlainHeader, isSecretName } from "./names.ts";
import { replaceSecretLooks } from "./patterns.ts";
import { hasUnseen, withoutSequences, withoutUnseen } from "./unseen.ts";

const PLACEHOLDER = "[redacted";
/** So many different credentials are told apart. */
const MOST_NUMBERS = 10_000;
const ONLY_PLACEHOLDER = /^['"]?\[redacted(?: \d+)?\]['"]?$/;
const REFERENCE = /^\$\{\w+\}$/;

export type RedactText = (text: string) => string;

/** Takes credentials out of what is shown. */
export interface Redactor {
  redactText: RedactText;
  /** Only the values that are known to be secret. */
  redactKnown: RedactText;
  redact<T>(value: T): T;
}

/**
 * The one rule of what a secret is: values that are known, names that say what they hold, and looks. The values become
 * known one by one: a run makes tokens with each testbed. A placeholder has a number, so that two different texts, an
 * expected one and a seen one for instance, do not become equal.
 */
export class Secrets implements Redactor {
  readonly #known = new KnownSecrets();
  readonly #numbers = new Map<string, number>();
  readonly #mostNumbers: number;

  /** @param numbered not where another program numbers what this one shows */
  constructor(known: Iterable<string> = [], { numbered = true } = {}) {
    this.#mostNumbers = numbered ? MOST_NUMBERS : 0;
    this.add(...known);
  }

  add(...secrets: readonly string[]): void {
    for (const secret of secrets) {
      this.#known.add(secret);
      this.#known.add(seenOf(secret));
    }
  }

  /**
   * Whoever shows a text may strip it of what is not seen, sequences as a whole or only their control characters. If that
   * would show a secret that the text itself does not, the text is stripped here.
   */
  redactText = (text: string): string => {
    const found: string[] = [];
    const clean = this.#replaceIn(text, found);
    if (!hasUnseen(text)) return clean;
    for (const strip of [seenOf, withoutUnseen]) {
      const seen = strip(text);
      if (seen === text) continue;
      const joined = this.#replaceIn(seen);
      if (joined === strip(clean)) continue;
      // A pattern may no longer fit where what stood before a secret has come next to it.
      const apart = new KnownSecrets();
      for (const secret of found) apart.add(strip(secret));
      return apart.replace(joined, this.#replace);
    }
    return clean;
  };

  redactKnown = (text: string): string => this.#known.replace(text, this.#replace);

  #replaceIn(text: string, found: string[] = []): string {
    const replace = (secret: string) => {
      found.push(secret);
      return this.#replace(secret);
    };
    return replaceSecretLooks(this.#known.replace(text, replace), replace);
  }

  /** The same for a JSON value: every text in it, and whole members whose name says that they are secret. */
  redact = <T>(value: T): T => mapTexts(value, (text, isSecret) => this.#redactText(text, isSecret)) as T;

  #redactText(text: string, isSecret: boolean): string {
    const clean = this.redactText(text);
    // A known secret has the same number here as elsewhere, also between quotes.
    return !isSecret || ONLY_PLACEHOLDER.test(clean) ? clean : this.#replace(text);
  }

  #replace = (secret: string): string => {
    if (secret.startsWith(PLACEHOLDER) || isReference(secret)) return secret;
    let number = this.#numbers.get(secret);
    if (number === undefined && this.#numbers.size < this.#mostNumbers) {
      number = this.#numbers.size + 1;
      this.#numbers.set(secret, number);
    }
    return number === undefined ? `${PLACEHOLDER}]` : `${PLACEHOLDER} ${number}]`;
  };
}

/** What a terminal shows of a text. */
function seenOf(text: string): string {
  return withoutUnseen(withoutSequences(text));
}

/** Whether the text refers to a variable: `${API_KEY}` names a credential and is none. */
export function isReference(text: string): boolean {
  return REFERENCE.test(text);
}

/**
 * The credentials in a JSON value, and those that it refers to.
 * @param env holds the variables that it may refer to
 */
export function secretsIn(value: unknown, env: Readonly<Record<string, string | undefined>> = {}): string[] {
  const secrets: string[] = [];
  const note = (secret: string) => {
    if (!isReference(secret)) secrets.push(secret);
    for (const [, name = ""] of secret.matchAll(/\$\{(\w+)\}/g)) secrets.push(env[name] ?? "");
    return secret;
  };
  mapTexts(value, (text, isSecret) => (isSecret ? note(text) : replaceSecretLooks(text, note)));
  return secrets.filter((secret) => secret !== "");
}

/**
 * A copy in which `map` was applied to every text.
 * @param map learns whether the name of the text, or of what it lies in, says that it is a credential
 */
export function mapTexts(value: unknown, map: (text: string, isSecret: boolean) => unknown): unknown {
  return walk(value, false, false);

  function walk(item: unknown, isSecret: boolean, allBelow: boolean): unknown {
    if (typeof item === "string") return item === "" ? item : map(item, isSecret);
    if (Array.isArray(item)) return item.map((entry) => walk(entry, isSecret, allBelow));
    if (typeof item !== "object" || item === null) return item;
    const named = namesSecretValue(item);
    return Object.fromEntries(
      Object.entries(item).map(([name, member]) => {
        const all = (allBelow && !isPlainHeader(name)) || hasSecretContent(name);
        return [name, walk(member, all || isSecretName(name) || (named && name === "value"), all)];
      }),
    );
  }
}

/** Headers, variables and the values of an expression are often listed: `{ name: "Cookie", value: "…" }`. */
function namesSecretValue(item: object): boolean {
  const { name, key, expression = name ?? key, value } = item as Readonly<Record<string, unknown>>;
  if (typeof expression !== "string" || typeof value !== "string") return false;
  const isPlain = /^[\w.$-]+$/.test(expression) && !/^(?:undefined|null|true|false|[\d.]+)$/.test(value);
  return isPlain && isSecretName(expression);
}
