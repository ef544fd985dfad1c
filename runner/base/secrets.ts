import { createRedactor, type Redactor, redactValue } from "./redact.ts";

/** The secrets of a run, which become known one by one: tokens are made with each testbed. */
export class Secrets {
  readonly #known: Set<string>;
  #redactor: Redactor;

  constructor(known: Iterable<string>) {
    this.#known = new Set(known);
    this.#redactor = createRedactor([...this.#known]);
  }

  add(...secrets: readonly string[]): void {
    if (secrets.every((secret) => this.#known.has(secret))) return;
    for (const secret of secrets) this.#known.add(secret);
    this.#redactor = createRedactor([...this.#known]);
  }

  redactText = (text: string): string => this.#redactor(text);

  redact = <T>(value: T): T => redactValue(value, this.#redactor) as T;
}
