import { QaError } from "../base/errors.ts";

/** A call that the scenario must correct. */
export function badArgument(message: string, hint?: string): QaError {
  return new QaError(message, { code: "bad-argument", fault: "scenario", hint });
}
