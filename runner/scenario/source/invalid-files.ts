import { QaError } from "../../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Files have errors, and nothing was run; ends the program with exit code 3. */
export class InvalidFiles extends QaError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(
    message: string,
    { diagnostics, ...about }: { code: string; hint: string; diagnostics: readonly Diagnostic[] },
  ) {
    super(message, { ...about, fault: "scenario" });
    this.diagnostics = diagnostics;
  }
}
