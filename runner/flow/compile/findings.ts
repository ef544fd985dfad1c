import type { Diagnostic, Position } from "../../scenario/source/source.ts";
import type { LocatedNode, YamlSource } from "../../scenario/yaml/source.ts";
import type { FlowDiagnosticCode } from "../codes.ts";

/** A marked stretch of the file. */
export interface Place {
  readonly start: Position;
  readonly end?: Position;
}

/** A place in a text that is only looked up when there is something to report: nearly never. */
export class TextPlace implements Place {
  readonly #locate: (offset: number) => Position;
  readonly #start: number;
  readonly #end: number;

  /** @param locate position in the file of an offset in the text */
  constructor(locate: (offset: number) => Position, start: number, end: number) {
    this.#locate = locate;
    this.#start = start;
    this.#end = end;
  }

  get start(): Position {
    return this.#locate(this.#start);
  }

  get end(): Position {
    return this.#locate(this.#end);
  }
}

interface Wording {
  code: FlowDiagnosticCode;
  message: string;
  hint?: string;
}

/** Collects what the compiler finds in one flow. */
export class Findings {
  readonly foreign: boolean;
  readonly source: YamlSource;
  readonly #diagnostics: Diagnostic[] = [];

  constructor(source: YamlSource, foreign: boolean) {
    this.source = source;
    this.foreign = foreign;
  }

  error(place: Place, wording: Wording): void {
    this.#add(place, "error", wording);
  }

  warning(place: Place, wording: Wording): void {
    this.#add(place, "warning", wording);
  }

  /** A rule that upstream's runner does not have: an error here, a warning in a foreign pack. */
  ownRule(place: Place, wording: Wording): void {
    this.#add(place, this.foreign ? "warning" : "error", wording);
  }

  /** Place of a YAML node. */
  place(node: LocatedNode["node"]): Place {
    const [start, end] = node.range ?? [0, 0];
    return new TextPlace((offset) => this.source.locate(offset), start, end);
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some((diagnostic) => diagnostic.severity === "error");
  }

  /** In the order of the file. */
  sorted(): Diagnostic[] {
    return this.#diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #add({ start, end }: Place, severity: Diagnostic["severity"], wording: Wording): void {
    // A mark over several lines hides more than it shows; the start is enough.
    const marked = end !== undefined && end.line === start.line && end.column > start.column;
    this.#diagnostics.push({
      file: this.source.file.name,
      line: start.line,
      column: start.column,
      ...(marked ? { endLine: end.line, endColumn: end.column } : {}),
      severity,
      ...wording,
    });
  }
}
