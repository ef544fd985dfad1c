import type { DiagnosticCode } from "../codes.ts";
import { fixFor } from "./fix.ts";
import { LIMITS } from "./limits.ts";
import type { Position, SourceFile } from "./source.ts";

/** Something wrong or doubtful in a file, known before a gateway boots. */
export interface Diagnostic {
  /** As the user would type it: relative to the working folder where it lies below it. */
  file: string;
  line: number;
  column: number;
  /** Where the marked text ends (exclusive), if it is more than a point. */
  endLine?: number;
  endColumn?: number;
  /** Stable, kebab-case, listed in docs/diagnostics.md. */
  code: string;
  severity: "error" | "warning";
  /** What is wrong, one sentence without a final full stop. */
  message: string;
  /** What was meant or what to do. */
  hint?: string;
  /** The one repair that is certain enough to be made for the author: a text for a stretch of a line. */
  fix?: { line: number; column: number; endColumn: number; text: string };
}

/** What a diagnostic says, wherever it points; `Code` for rooms with codes of their own. */
export interface DiagnosticText<Code extends string = DiagnosticCode> {
  code: Code;
  message: string;
  hint?: string | undefined;
  /** What is certain to be meant by the marked text, where it is not a name that the hint proposes for it. */
  fix?: string | undefined;
}

/** A stretch of a file. Its positions are only looked up when there is something to report: nearly never. */
export class SourceRange {
  readonly file: SourceFile;
  readonly #locate: (offset: number) => Position;
  readonly #start: number;
  readonly #end: number;

  /** @param locate position in the file of an offset in the text that `start` and `end` count in */
  constructor(file: SourceFile, locate: (offset: number) => Position, start: number, end = start) {
    this.file = file;
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

  /** The point where it begins. */
  get beginning(): SourceRange {
    return new SourceRange(this.file, this.#locate, this.#start);
  }
}

/** The point at an offset of the file. */
export function atOffset(file: SourceFile, offset: number): SourceRange {
  return new SourceRange(file, (at) => file.position(at), offset);
}

/** A diagnostic at a range; the end is marked only if it is on the same line, as more hides more than it shows. */
export function diagnosticAt(
  range: SourceRange,
  severity: Diagnostic["severity"],
  { code, message, hint, fix }: DiagnosticText<string>,
): Diagnostic {
  const { start, end } = range;
  const marked = end.line === start.line && end.column > start.column;
  const meant = marked ? (fix ?? fixFor(hint, range.file.between(start, end))) : undefined;
  return {
    file: range.file.name,
    ...start,
    ...(marked ? { endLine: end.line, endColumn: end.column } : {}),
    code,
    severity,
    message: shortened(message),
    ...(hint === undefined ? {} : { hint }),
    ...(meant === undefined ? {} : { fix: { ...start, endColumn: end.column, text: meant } }),
  };
}

/** Far beyond any sentence: what a file calls its parts may be as long as the file. */
const MAX_MESSAGE = 2_000;

function shortened(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}

/** Collects what is found in a part of a file of one pack, up to a limit for each severity. */
export class Diagnostics<Code extends string = DiagnosticCode> {
  /** In the order in which they were found. */
  readonly all: Diagnostic[] = [];
  readonly foreign: boolean;
  readonly #counts = { error: 0, warning: 0 };

  /** @param pack left out where no rule depends on it */
  constructor(pack?: { foreign: boolean }) {
    this.foreign = pack?.foreign ?? false;
  }

  error(range: SourceRange, text: DiagnosticText<Code>): void {
    this.#add(range, "error", text);
  }

  warning(range: SourceRange, text: DiagnosticText<Code>): void {
    this.#add(range, "warning", text);
  }

  /** A rule of style, or one that upstream's runner does not have: an error here, a warning in a foreign pack. */
  ownRule(range: SourceRange, text: DiagnosticText<Code>): void {
    this.#add(range, this.#ownSeverity, text);
  }

  /** No further error is kept: looking for more would only take time. */
  get hasAllErrors(): boolean {
    return this.#counts.error > LIMITS.problems;
  }

  /** The same for what goes against own rules. */
  get hasAllOfOwnRules(): boolean {
    return this.#counts[this.#ownSeverity] > LIMITS.problems;
  }

  get #ownSeverity(): Diagnostic["severity"] {
    return this.foreign ? "warning" : "error";
  }

  #add(range: SourceRange, severity: Diagnostic["severity"], text: DiagnosticText<string>): void {
    this.#counts[severity] += 1;
    const count = this.#counts[severity];
    if (count <= LIMITS.problems) this.all.push(diagnosticAt(range, severity, text));
    else if (count === LIMITS.problems + 1) this.all.push(diagnosticAt(range, severity, tooMany));
  }

  get hasErrors(): boolean {
    return this.all.some(({ severity }) => severity === "error");
  }
}

const tooMany: DiagnosticText = {
  code: "too-many-problems",
  message: `there are more than ${LIMITS.problems} problems; this one and what follows is not shown`,
  hint: "Correct those that are shown, and look again.",
};
