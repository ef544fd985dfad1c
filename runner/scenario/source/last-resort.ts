import { errorMessage } from "../../base/errors.ts";
import { atOffset, type Diagnostic, type DiagnosticText, diagnosticAt } from "./diagnostic.ts";
import type { SourceFile } from "./source.ts";

/**
 * Reads or compiles a file. An error that no limit foresees is a problem of that file, not the end of the program: it must
 * not hide what there is to say about the others.
 * @returns undefined after such an error, which is added to `diagnostics`
 */
export function attemptOn<Result>(
  file: SourceFile,
  diagnostics: Diagnostic[],
  read: () => Result,
): Result | undefined {
  try {
    return read();
  } catch (error) {
    diagnostics.push(diagnosticAt(atOffset(file, 0), "error", unforeseen(error)));
    return undefined;
  }
}

/** What V8 throws when functions call one another too deeply. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

function unforeseen(error: unknown): DiagnosticText {
  if (isStackOverflow(error)) {
    return {
      code: "nested-too-deep",
      message: "something in the file lies too deep in itself to be read",
      hint: "Is a bracket, a dash or an operator repeated by mistake? Write less of it in one another.",
    };
  }
  return {
    code: "unreadable-file",
    message: `reading the file failed: ${errorMessage(error)}`,
    hint: "This is a defect of gateway-qa: please report it together with the file.",
  };
}
