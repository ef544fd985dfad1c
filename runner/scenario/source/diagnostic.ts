import type { DiagnosticCode } from "../codes.ts";
import type { Path } from "../types.ts";
import type { LocatedNode, YamlSource } from "../yaml/source.ts";
import { locatePath, markedRange } from "./locate.ts";
import type { Diagnostic, SourceFile } from "./source.ts";

/** A diagnostic before it has a place; `Code` for stages with codes of their own. */
export interface Finding<Code extends string = DiagnosticCode> {
  code: Code;
  severity: Diagnostic["severity"];
  message: string;
  hint?: string | undefined;
}

/** A diagnostic at offsets of a piece of YAML; the end is marked only if it is on the same line. */
export function findingInYaml(
  source: YamlSource,
  range: readonly [number, number],
  finding: Finding<string>,
): Diagnostic {
  const start = source.locate(range[0]);
  const end = source.locate(range[1]);
  const marked = end.line === start.line && end.column > start.column;
  return {
    file: source.file.name,
    ...start,
    ...(marked ? { endLine: end.line, endColumn: end.column } : {}),
    ...finding,
  };
}

/** A diagnostic at the value that stands at `path`. */
export function findingAtPath(located: LocatedNode, path: Path, finding: Finding<string>): Diagnostic {
  return findingInYaml(located.source, markedRange(locatePath(located.node, path).value), finding);
}

/** A diagnostic at an offset of the file. */
export function findingInFile(file: SourceFile, offset: number, finding: Finding): Diagnostic {
  return { file: file.name, ...file.position(offset), ...finding };
}

/** Rules of style and of the own repository: errors here, warnings in a foreign pack. */
export function ownRule(foreign: boolean): Diagnostic["severity"] {
  return foreign ? "warning" : "error";
}
