import type { YAMLError } from "yaml";
import { type Diagnostic, diagnosticAt, SourceRange } from "../source/diagnostic.ts";
import type { YamlSource } from "../source/locate.ts";

interface Advice {
  /** In place of the library's message, where that speaks of the grammar. */
  message?: string;
  hint: string;
}

const ADVICE: Partial<Record<YAMLError["code"], Advice>> = {
  BAD_DQ_ESCAPE: { hint: "Use single quotes, or double the backslash." },
  BAD_INDENT: { hint: "Lines of one mapping or list begin in the same column." },
  BAD_SCALAR_START: { hint: "Put the value in quotes." },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a list or mapping begins in the middle of a value",
    hint: "Quote a value that contains `: `, and begin lines of one mapping or list in the same column.",
  },
  MISSING_CHAR: {
    hint: "Close what was opened; a value that begins with a quote or bracket is quoted as a whole.",
  },
  MULTILINE_IMPLICIT_KEY: {
    message: "a key spans more than one line",
    hint: "Look for a missing `:` in this line, or a missing quote before it.",
  },
  MULTIPLE_DOCS: {
    message: "the block holds more than one YAML document",
    hint: "Remove the `---` line.",
  },
  TAB_AS_INDENT: { hint: "Indent with spaces." },
  TAG_RESOLVE_FAILED: { hint: "Remove the tag; only the tags of YAML 1.2 core are known." },
};

/** An error or warning of the YAML library as a diagnostic, with advice for the frequent ones. */
export function yamlErrorDiagnostic(source: YamlSource, error: YAMLError): Diagnostic {
  const advice = ADVICE[error.code];
  return diagnosticAt(new SourceRange(source.file, source.locate, ...error.pos), "error", {
    code: error.code === "TAG_RESOLVE_FAILED" ? "yaml-tag" : "yaml-syntax",
    message: advice?.message ?? inOurStyle(error.message),
    hint: advice?.hint,
  });
}

function inOurStyle(message: string): string {
  const text = message.replace(/(["'])quote$/, "$1 quote").replace(/\.$/, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}
