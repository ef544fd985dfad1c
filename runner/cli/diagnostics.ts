import { userFolder } from "../base/invocation.ts";
import { compareText } from "../base/text.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { print } from "./redacted.ts";

/** The order in which problems are shown. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column;
}

/** Prints problems with the lines that they are about, and an empty line after them. */
export async function printDiagnostics(diagnostics: readonly Diagnostic[]): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostics } = await import("../scenario/source/format.ts");
  print(`${await formatDiagnostics(diagnostics, process.stdout, userFolder())}\n\n`);
}
