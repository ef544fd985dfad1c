import { decodedRuns, decodedView, formsOf } from "./encodings.ts";

/** Shorter values are words, not secrets: replacing them would shred the text. */
export const SHORTEST_SECRET = 8;
const BLOCK = 3;
const FARTHEST = SHORTEST_SECRET - BLOCK + 1;
const TABLE_SIZE = 2 ** 16;

/** The mark of a cut: ours, or that of an inspected value. */
const CUT = /\s?['"]?(?:…|\.\.\. \d)\s?/g;
const LONGEST_REST = 256;
/** How often what was decoded is decoded again. */
const DEEPEST = 3;

/** Where a secret stands in a text, and in which form. */
interface Found {
  from: number;
  to: number;
  form: string;
}

/**
 * Finds any of many known texts, in each form that a text takes on its way: percent-encoded, escaped, in base64 and hex, as
 * a list of bytes, wrapped over lines, and one of these within another.
 * A run learns several with each of its gateways, and each of its events is searched: the time is that of one look, however
 * many there are. (The method is that of Wu and Manber: a table says how far one may jump from the three characters at hand.)
 */
export class KnownSecrets {
  readonly #jumps = new Uint8Array(TABLE_SIZE).fill(FARTHEST);
  /** By their first characters, the longest first: a secret that begins with another one goes as a whole. */
  readonly #forms = new Map<string, string[]>();
  /** By their last characters. */
  readonly #ends = new Map<string, string[]>();

  add(secret: string): void {
    // What is a part of a placeholder would be found in it.
    if (secret.length < SHORTEST_SECRET || "[redacted 1]".includes(secret.replace(/\d+/g, "1"))) return;
    for (const form of formsOf(secret)) if (form.length >= SHORTEST_SECRET) this.#addForm(form);
  }

  #addForm(form: string): void {
    const start = form.slice(0, SHORTEST_SECRET);
    const forms = this.#forms.get(start) ?? [];
    if (forms.includes(form)) return;
    this.#forms.set(
      start,
      [...forms, form].sort((a, b) => b.length - a.length),
    );
    const end = form.slice(-SHORTEST_SECRET);
    this.#ends.set(end, [...(this.#ends.get(end) ?? []), form]);
    for (let end = BLOCK - 1; end < SHORTEST_SECRET; end++) {
      const block = blockAt(form, end);
      this.#jumps[block] = Math.min(this.#jumps[block] ?? FARTHEST, SHORTEST_SECRET - 1 - end);
    }
  }

  replace(text: string, replace: (secret: string) => string): string {
    if (this.#forms.size === 0) return text;
    let clean = "";
    let done = 0;
    for (const { from, to, form } of this.#find(text, DEEPEST).sort((a, b) => a.from - b.from)) {
      // What overlaps is one secret: the rest of it goes with the first part.
      if (from >= done) clean += text.slice(done, from) + replace(form);
      done = Math.max(done, to);
    }
    return done === 0 ? text : clean + text.slice(done);
  }

  /** @param deeper how often what is decoded may be decoded again */
  #find(text: string, deeper: number): Found[] {
    const found = this.#findForms(text);
    this.#findCut(text, found);
    if (deeper === 0) return found;
    for (const { from, to, texts } of decodedRuns(text)) {
      const first = texts.flatMap((decoded) => this.#find(decoded, deeper - 1))[0];
      if (first) found.push({ from, to, form: first.form });
    }
    const view = decodedView(text);
    if (!view) return found;
    const inView = this.#find(view.text, deeper - 1);
    return [...found, ...inView.map(({ from, to, form }) => ({ ...view.placeOf(from, to), form }))];
  }

  #findForms(text: string): Found[] {
    const found: Found[] = [];
    for (let end = SHORTEST_SECRET - 1; end < text.length; ) {
      const jump = this.#jumps[blockAt(text, end)] ?? FARTHEST;
      const from = end - SHORTEST_SECRET + 1;
      const form = jump === 0 ? this.#formAt(text, from) : undefined;
      if (form === undefined) end += jump || 1;
      else {
        found.push({ from, to: from + form.length, form });
        end += form.length;
      }
    }
    return found;
  }

  /** A text that was cut may end in the middle of a secret, or go on there; what is left of it goes, too. */
  #findCut(text: string, found: Found[]): void {
    let mark = 0;
    for (const { 0: cut, index } of text.matchAll(CUT)) {
      const from = Math.max(mark, index - LONGEST_REST);
      mark = index + cut.length;
      const start = this.#beginOfRest(text.slice(from, index));
      if (start !== undefined) {
        found.push({ from: from + start, to: index, form: text.slice(from + start, index) });
      }
      const end = this.#endOfRest(text.slice(mark, mark + LONGEST_REST));
      if (end !== undefined) found.push({ from: mark, to: mark + end, form: text.slice(mark, mark + end) });
    }
  }

  /** Where in the text the beginning of a secret stands that goes to its end. */
  #beginOfRest(text: string): number | undefined {
    for (let start = 0; start + SHORTEST_SECRET <= text.length; start++) {
      const rest = text.slice(start);
      const forms = this.#forms.get(rest.slice(0, SHORTEST_SECRET));
      if (forms?.some((form) => form.startsWith(rest))) return start;
    }
    return undefined;
  }

  /** Where in the text the end of a secret ends with which it begins. */
  #endOfRest(text: string): number | undefined {
    for (let end = text.length; end >= SHORTEST_SECRET; end--) {
      const rest = text.slice(0, end);
      if (this.#ends.get(rest.slice(-SHORTEST_SECRET))?.some((form) => form.endsWith(rest))) return end;
    }
    return undefined;
  }

  #formAt(text: string, start: number): string | undefined {
    return this.#forms
      .get(text.slice(start, start + SHORTEST_SECRET))
      ?.find((form) => text.startsWith(form, start));
  }
}

/** A number for the three characters that end at `end`. */
function blockAt(text: string, end: number): number {
  const [a, b, c] = [text.charCodeAt(end - 2), text.charCodeAt(end - 1), text.charCodeAt(end)];
  return (a * 961 + b * 31 + c) & (TABLE_SIZE - 1);
}
