const TAB_STOP = 4;

/** One line of a Markdown text, read from left to right in columns: a tab reaches to the next multiple of four. */
export class Line {
  /** Without its line break. */
  readonly text: string;
  /** Offset in the file of its first character. */
  readonly start: number;
  /** Offset in `text` of the next character that is neither blank nor tab. */
  next = 0;
  /** Columns from here to it. */
  indent = 0;
  #offset = 0;
  #column = 0;
  /** The tab at `#offset` counts for this many columns fewer. */
  #cutOff = 0;

  constructor(text: string, start: number) {
    this.text = text;
    this.start = start;
    this.#look();
  }

  /** Nothing but blanks is left. */
  get blank(): boolean {
    return this.next === this.text.length;
  }

  /** Offset in the file of its end, without its line break. */
  get end(): number {
    return this.start + this.text.length;
  }

  /** Offset in the file of the next character that is not blank. */
  get place(): number {
    return this.start + this.next;
  }

  /** Too far to the right for anything but code. */
  get indented(): boolean {
    return this.indent >= TAB_STOP;
  }

  /** What a sticky pattern finds at the next character that is not blank. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.next;
    return pattern.exec(this.text);
  }

  /** Passes over a marker that begins at the next character that is not blank. */
  takeMarker(length: number): void {
    this.#column += this.indent + length;
    this.#offset = this.next + length;
    this.#cutOff = 0;
    this.#look();
  }

  /** Passes over at most this many columns of white space. */
  takeBlanks(columns: number): void {
    let left = Math.min(columns, this.indent);
    this.#column += left;
    while (left > 0) {
      const width = this.#width(this.#offset, this.#column - left);
      if (width > left) {
        this.#cutOff += left;
        break;
      }
      left -= width;
      this.#offset += 1;
      this.#cutOff = 0;
    }
    this.#look();
  }

  /** What is left; of a tab that was passed in part, the rest is blanks. */
  get rest(): string {
    if (this.#cutOff === 0) return this.text.slice(this.#offset);
    return " ".repeat(this.#width(this.#offset, this.#column)) + this.text.slice(this.#offset + 1);
  }

  /** Columns that the character at an offset fills from a column on. */
  #width(offset: number, column: number): number {
    return this.text[offset] === "\t" ? TAB_STOP - (column % TAB_STOP) : 1;
  }

  #look(): void {
    let column = this.#column;
    let at = this.#offset;
    for (; this.text[at] === " " || this.text[at] === "\t"; at += 1) column += this.#width(at, column);
    this.next = at;
    this.indent = column - this.#column;
  }
}
