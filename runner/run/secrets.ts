import { createRedactor, type Redactor, redactValue } from "../base/redact.ts";

/** The secrets of a run, which become known one by one: a token is made with each gateway. */
export class RunSecrets {
  readonly #known: Set<string>;
  #redactor: Redactor;

  constructor(known: Iterable<string>) {
    this.#known = new Set(known);
    this.#redactor = createRedactor([...this.#known]);
  }

  add(secret: string): void {
    if (this.#known.has(secret)) return;
    this.#known.add(secret);
    this.#redactor = createRedactor([...this.#known]);
  }

  redactText = (text: string): string => this.#redactor(text);

  redact = <T>(value: T): T => redactValue(value, this.#redactor) as T;
}
