import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { InvalidFiles } from "../scenario/source/invalid-files.ts";

/** A lanes or quarantine file, or what lanes choose from, has errors; ends the program with exit code 3. */
class InvalidLanes extends InvalidFiles {
  constructor(diagnostics: readonly Diagnostic[]) {
    super("nothing was run: lanes, the quarantine list or scenario files have errors", {
      code: "invalid-lanes",
      diagnostics,
      hint: "`qa check` finds what can be found without a registry.",
    });
  }
}

/** @throws InvalidLanes if one of them is an error */
export function rejectErrors(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new InvalidLanes(errors);
}
