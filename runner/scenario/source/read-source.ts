import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { errorMessage } from "../../base/errors.ts";
import { displayPath } from "../../base/paths.ts";
import { atOffset, type Diagnostic, type DiagnosticText, diagnosticAt } from "./diagnostic.ts";
import { LIMITS } from "./limits.ts";
import { SourceFile } from "./source.ts";

/**
 * Reads a source file; what cannot be text of a scenario, or cannot be read, is reported instead. Never throws.
 * @param unsaved counts instead of what stands in the file
 */
export function readSource(
  path: string,
  cwd: string,
  unsaved?: string,
): { file: SourceFile; diagnostics: Diagnostic[] } {
  const read = unsaved === undefined ? readText(path) : ofSize(unsaved);
  const file = new SourceFile(displayPath(path, cwd), path, typeof read === "string" ? read : "");
  return {
    file,
    diagnostics: typeof read === "string" ? [] : [diagnosticAt(atOffset(file, 0), "error", read)],
  };
}

function ofSize(text: string): string | DiagnosticText {
  return Buffer.byteLength(text) > LIMITS.fileBytes ? tooLarge : text;
}

/** The text of a file, or why there is none. Does not wait for a pipe or a device, and never throws. */
export function readText(path: string): string | DiagnosticText {
  try {
    const bytes = readFile(path);
    if (bytes === undefined) return tooLarge;
    // Editors do not show a byte order mark, so it has no column.
    return isUtf8(bytes) ? bytes.toString("utf8").replace(/^\uFEFF/, "") : notUtf8;
  } catch (error) {
    return unreadable(error);
  }
}

/**
 * Why something cannot be read.
 * @param error of the file system, or one that says it in its message
 */
export function unreadable(error: unknown): DiagnosticText {
  const reason = systemReason(error) ?? errorMessage(error);
  return {
    code: "unreadable-file",
    message: `it cannot be read: ${reason}`,
    hint: "Make it readable, or take it out of the folder.",
  };
}

function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error && "errno" in error)) return undefined;
  const [code, text] = getSystemErrorMap().get(Number(error.errno)) ?? [];
  return code && `${text} (${code})`;
}

/** @returns undefined if it is too large */
function readFile(path: string): Buffer | undefined {
  // Without NONBLOCK, opening a pipe waits for somebody who writes to it. (Windows has neither.)
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw new Error("it is a folder");
    if (!stats.isFile()) throw new Error("it is a pipe, a device or a socket");
    if (stats.size > LIMITS.fileBytes) return undefined;
    const bytes = readFileSync(descriptor);
    return bytes.length > LIMITS.fileBytes ? undefined : bytes;
  } finally {
    closeSync(descriptor);
  }
}

const tooLarge: DiagnosticText = {
  code: "file-too-large",
  message: "the file is larger than 1 MiB",
  hint: "Split the scenario, or move data into files of its own.",
};

const notUtf8: DiagnosticText = {
  code: "not-utf8",
  message: "the file is not UTF-8 text",
  hint: "Save it as UTF-8.",
};
