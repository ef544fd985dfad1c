import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";

/** What is printed outside a run may quote the environment, an address, a file or the output of another program. */
export function redacted(text: string): string {
  return new Secrets(secretValues(process.env)).redactText(text);
}
