/** A place in a source file. Line and column count from 1; a column is a UTF-16 code unit. */
export interface Position {
  line: number;
  column: number;
}

/** Turns offsets into positions; one per file, shared by everything that reads it. */
export class SourceFile {
  /** As shown to the user. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(name: string, path: string, text: string) {
    this.name = name;
    this.path = path;
    this.text = text;
  }

  /** Position of a character offset in the file; offsets past the end give the end. */
  position(offset: number): Position {
    const starts = this.#starts();
    const target = Math.max(0, Math.min(offset, this.text.length));
    const line = indexAtMost(starts.length, (index) => starts[index] ?? 0, target);
    return { line: line + 1, column: target - (starts[line] ?? 0) + 1 };
  }

  /** The text between two places of a line. */
  between({ line, column }: Position, end: Position): string {
    const start = this.#starts()[line - 1] ?? 0;
    return this.text.slice(start + column - 1, start + end.column - 1);
  }

  #starts(): number[] {
    if (this.#lineStarts) return this.#lineStarts;
    const starts = [0];
    for (let index = this.text.indexOf("\n"); index !== -1; index = this.text.indexOf("\n", index + 1)) {
      starts.push(index + 1);
    }
    this.#lineStarts = starts;
    return starts;
  }
}

/** The last of `count` numbers in ascending order that is not above `target`; 0 if the first is. */
export function indexAtMost(count: number, numberAt: (index: number) => number, target: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numberAt(middle) <= target) low = middle;
    else high = middle - 1;
  }
  return low;
}
