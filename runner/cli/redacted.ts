import { asTyped } from "../base/invocation.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import { redactValue } from "../report/event-texts.ts";

let ofEnvironment: Secrets | undefined;

function secrets(): Secrets {
  ofEnvironment ??= new Secrets(secretValues(process.env));
  return ofEnvironment;
}

/** What is printed outside a run may quote the environment, an address, a file or the output of another program. */
export function redacted(text: string): string {
  return secrets().redactText(text);
}

/** Writes a text to stdout, without secrets. */
export function print(text: string): void {
  process.stdout.write(redacted(asTyped(text)));
}

/**
 * Writes a value to stdout as a text, without secrets. What tells scenarios and gateways apart stays as it is, and the
 * secrets are gone before columns are laid out.
 * @param names members that hold names, whatever they are called
 */
export function printRedacted<T>(
  value: T,
  inWords: (clean: T) => string,
  names: readonly string[] = [],
): void {
  process.stdout.write(inWords(redactValue(value, secrets().redact, names)));
}

/** Writes a value to stdout as JSON, without secrets. @param names as `printRedacted` takes them */
export function printJson(value: unknown, names: readonly string[] = []): void {
  printRedacted(value, (clean) => `${JSON.stringify(clean, undefined, 2)}\n`, names);
}

/** Writes a text to stderr, without secrets. */
export function printNote(text: string): void {
  process.stderr.write(redacted(asTyped(text)));
}
