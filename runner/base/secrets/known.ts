/** Shorter values are words, not secrets: replacing them would shred the text. */
const SHORTEST = 8;
const BLOCK = 3;
const FARTHEST = SHORTEST - BLOCK + 1;
const TABLE_SIZE = 2 ** 16;

/** The mark of a cut: ours, or that of an inspected value. */
const CUT = /['"]?(?:…|\.\.\. \d)/g;
const LONGEST_REST = 256;

/** Bytes as they are listed, and whether the list was cut: `<Buffer 67 61 …>`, `67:61:…`, `[103, 97, …]`. */
const LISTED_BYTES: readonly [list: RegExp, item: RegExp, base: number][] = [
  [/(?<![\da-f])[\da-f]{2}(?:[ :][\da-f]{2}){7,65535}(?!\w)( \.\.\. \d)?/gi, /[\da-f]{2}/gi, 16],
  [/(?<!\d)\d{1,3}(?:\s{0,16},\s{0,16}\d{1,3}){7,65535}(?!\d)(,\s{0,16}\.\.\. \d)?/g, /\d+/g, 10],
];

/**
 * Finds any of many known texts, in each form that a text takes on its way: percent-encoded, escaped, in base64 and hex.
 * A run learns several with each of its gateways, and each of its events is searched: the time is that of one look, however
 * many there are. (The method is that of Wu and Manber: a table says how far one may jump from the three characters at hand.)
 */
export class KnownSecrets {
  readonly #jumps = new Uint8Array(TABLE_SIZE).fill(FARTHEST);
  /** By their first characters, the longest first: a secret that begins with another one goes as a whole. */
  readonly #forms = new Map<string, string[]>();

  add(secret: string): void {
    // What is a part of a placeholder would be found in it.
    if (secret.length < SHORTEST || "[redacted 1]".includes(secret.replace(/\d+/g, "1"))) return;
    for (const form of formsOf(secret)) if (form.length >= SHORTEST) this.#addForm(form);
  }

  #addForm(form: string): void {
    const start = form.slice(0, SHORTEST);
    const forms = this.#forms.get(start) ?? [];
    if (forms.includes(form)) return;
    this.#forms.set(
      start,
      [...forms, form].sort((a, b) => b.length - a.length),
    );
    for (let end = BLOCK - 1; end < SHORTEST; end++) {
      const block = blockAt(form, end);
      this.#jumps[block] = Math.min(this.#jumps[block] ?? FARTHEST, SHORTEST - 1 - end);
    }
  }

  replace(text: string, replace: (secret: string) => string): string {
    if (this.#forms.size === 0) return text;
    const clean = this.#replaceForms(text, replace);
    return LISTED_BYTES.reduce((before, bytes) => this.#replaceListed(before, bytes, replace), clean);
  }

  /** A list that holds a secret goes as a whole. */
  #replaceListed(
    text: string,
    [list, item, base]: (typeof LISTED_BYTES)[number],
    replace: (secret: string) => string,
  ): string {
    return text.replace(list, (whole: string, cut = "") => {
      const items = whole.slice(0, whole.length - cut.length).match(item) ?? [];
      const bytes = Buffer.from(items.map((one) => Number.parseInt(one, base)));
      let placeholder: string | undefined;
      this.#replaceForms(bytes.toString() + (cut && "…"), (secret) => {
        placeholder ??= replace(secret);
        return placeholder;
      });
      return placeholder === undefined ? whole : placeholder + cut;
    });
  }

  #replaceForms(text: string, replace: (secret: string) => string): string {
    let clean = "";
    let done = 0;
    for (let end = SHORTEST - 1; end < text.length; ) {
      const jump = this.#jumps[blockAt(text, end)] ?? FARTHEST;
      const start = end - SHORTEST + 1;
      const form = jump === 0 ? this.#formAt(text, start) : undefined;
      if (form === undefined) end += jump || 1;
      else {
        clean += text.slice(done, start) + replace(form);
        done = start + form.length;
        end = done + SHORTEST - 1;
      }
    }
    return this.#replaceCut(clean + text.slice(done), replace);
  }

  /** A text that was cut may end in the middle of a secret; what is left of it goes, too. */
  #replaceCut(text: string, replace: (secret: string) => string): string {
    let clean = "";
    let done = 0;
    let mark = 0;
    for (const { 0: cut, index } of text.matchAll(CUT)) {
      const from = Math.max(mark, index - LONGEST_REST);
      mark = index + cut.length;
      const start = this.#beginOfRest(text.slice(from, index));
      if (start === undefined) continue;
      clean += text.slice(done, from + start) + replace(text.slice(from + start, index));
      done = index;
    }
    return clean + text.slice(done);
  }

  /** Where in the text the beginning of a secret stands that goes to its end. */
  #beginOfRest(text: string): number | undefined {
    for (let start = 0; start + SHORTEST <= text.length; start++) {
      const rest = text.slice(start);
      const forms = this.#forms.get(rest.slice(0, SHORTEST));
      if (forms?.some((form) => form.startsWith(rest))) return start;
    }
    return undefined;
  }

  #formAt(text: string, start: number): string | undefined {
    return this.#forms.get(text.slice(start, start + SHORTEST))?.find((form) => text.startsWith(form, start));
  }
}

/** A number for the three characters that end at `end`. */
function blockAt(text: string, end: number): number {
  const [a, b, c] = [text.charCodeAt(end - 2), text.charCodeAt(end - 1), text.charCodeAt(end)];
  return (a * 961 + b * 31 + c) & (TABLE_SIZE - 1);
}

function formsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const encoded = encodeURIComponent(secret);
  const hex = bytes.toString("hex");
  return new Set([
    secret,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encoded,
    encoded.replace(/%../g, (code) => code.toLowerCase()),
    encoded.replaceAll("%20", "+"),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ]);
}

/** What stays the same of a text in base64, however much stands before and behind it: at one of three offsets. */
function base64At(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const core = whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}
