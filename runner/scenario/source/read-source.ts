import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { displayPath } from "../../base/paths.ts";
import { atOffset, type Diagnostic, type DiagnosticText, diagnosticAt } from "./diagnostic.ts";
import { SourceFile } from "./source.ts";

/** Far beyond any scenario; a larger file is there by mistake. */
const MAX_BYTES = 1024 * 1024;

/** Reads a source file; what cannot be text of a scenario is reported instead of parsed. */
export function readSource(path: string, cwd: string): { file: SourceFile; diagnostics: Diagnostic[] } {
  const name = displayPath(path, cwd);
  if (statSync(path).size > MAX_BYTES) {
    return refused(name, path, {
      code: "file-too-large",
      message: "the file is larger than 1 MiB",
      hint: "Split the scenario, or move data into files of its own.",
    });
  }
  const bytes = readFileSync(path);
  if (!isUtf8(bytes)) {
    return refused(name, path, {
      code: "not-utf8",
      message: "the file is not UTF-8 text",
      hint: "Save it as UTF-8.",
    });
  }
  // Editors do not show a byte order mark, so it has no column.
  return { file: new SourceFile(name, path, bytes.toString("utf8").replace(/^\uFEFF/, "")), diagnostics: [] };
}

function refused(
  name: string,
  path: string,
  text: DiagnosticText,
): { file: SourceFile; diagnostics: Diagnostic[] } {
  const file = new SourceFile(name, path, "");
  return { file, diagnostics: [diagnosticAt(atOffset(file, 0), "error", text)] };
}
