const MOST_ESCAPED = 5;

/** The forms of a text that are looked for as they are: those that it has most often. */
export function formsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  const encoded = encodeURIComponent(secret);
  const hex = bytes.toString("hex");
  return new Set([
    secret,
    withoutBreaks(secret),
    ...escapedForms(secret),
    encoded,
    encoded.replace(/%../g, (code) => code.toLowerCase()),
    encoded.replaceAll("%20", "+"),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ]);
}

/** As JSON, as JSON in JSON, and so on: a tool's result in a message in a request in a record. */
function escapedForms(secret: string): string[] {
  const forms: string[] = [];
  for (let form = secret; forms.length < MOST_ESCAPED; forms.push(form))
    form = JSON.stringify(form).slice(1, -1);
  return forms;
}

/** What stays the same of a text in base64, however much stands before and behind it: at one of three offsets. */
function base64At(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const core = whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}

/** A part of a text that may be one in another form. */
interface Run {
  from: number;
  to: number;
  /** What it may stand for. */
  texts: string[];
}

/** The parts of a text that look encoded as a whole: lists of bytes and characters, base64 and hex. */
export function decodedRuns(text: string): Run[] {
  return [...listedBytes(text), ...encodedRuns(text)];
}

/** Lists of eight and more, and what a list that was cut ends with: `<Buffer 67 61 … >`, `0x67, 0x61`, `[103, 97, …]`. */
const LISTS: readonly [shortest: number, list: RegExp, item: RegExp, code: (item: string) => number][] = [
  [
    23,
    /[\da-fA-F]{2}[ :-](?<![\da-zA-Z]...)[ :-]?(?:[\da-fA-F]{2}[ :-]{1,2}){6,65534}[\da-fA-F]{2}(?!\w)( \.\.\. \d)?/g,
    /[\da-f]{2}/gi,
    (item) => Number.parseInt(item, 16),
  ],
  [
    32,
    /0x[\da-fA-F]{2}(?:\s{0,64}(?:,\s{0,64})?0x[\da-fA-F]{2}){7,65535}(?!\w)(,\s{0,64}\.\.\. \d)?/g,
    /(?<=x)[\da-f]{2}/gi,
    (item) => Number.parseInt(item, 16),
  ],
  [
    15,
    /\d{1,3}(?<!\d{4})(?:(?:\s{0,64},\s{0,64}|\s)\d{1,3}){7,65535}(?!\d)(,\s{0,64}\.\.\. \d)?/g,
    /\d+/g,
    Number,
  ],
  // A typed array as JSON: `{"0":103,"1":97}`.
  [
    47,
    /["'](?<=[{,\s\\]["'])\d{1,5}\\{0,8}["']\s{0,4}:\s{0,4}\d{1,3}(?:,\s{0,64}\\{0,8}["']\d{1,5}\\{0,8}["']\s{0,4}:\s{0,4}\d{1,3}){7,65535}(?!\d)(,\s{0,64}\.\.\. \d)?/g,
    /(?<=:\s{0,4})\d+/g,
    Number,
  ],
  // A text that was taken apart: `[ 'g', 'a' ]`.
  [
    31,
    /["'](?<=[[,\s\\]["'])[!-~]\\{0,8}["'](?:,\s{0,64}\\{0,8}["'][!-~]\\{0,8}["']){7,65535}(,\s{0,64}\.\.\. \d)?/g,
    /(?<=["'])[!-~](?=\\{0,8}["'](?:,|$))/g,
    (item) => item.charCodeAt(0),
  ],
];

function* listedBytes(text: string): Iterable<Run> {
  for (const [shortest, list, item, code] of LISTS) {
    if (text.length < shortest) continue;
    for (const { 0: whole, 1: cut = "", index } of text.matchAll(list)) {
      const listed = whole.slice(0, whole.length - cut.length);
      const bytes = Buffer.from((listed.match(item) ?? []).map(code));
      // A secret may end with the cut.
      const texts = [bytes.toString() + (cut && "…")];
      if (bytes.includes(0)) texts.push(withoutZeros(bytes.toString("latin1")) + (cut && "…"));
      yield { from: index, to: index + listed.length, texts };
    }
  }
}

/** Shorter ones hold no secret that was encoded twice. */
const SHORTEST_RUN = 22;
const SHORTEST_TEXT = 11;

const [HEX, UPPER, LOWER, OTHER] = [1, 2, 4, 8] as const;
/** The characters of hex, base64 and base64url. */
const ENCODING = kindsOf([
  ["0123456789", HEX],
  ["ABCDEF", HEX | UPPER],
  ["abcdef", HEX | LOWER],
  ["GHIJKLMNOPQRSTUVWXYZ", UPPER],
  ["ghijklmnopqrstuvwxyz", LOWER],
  ["+/-_", OTHER],
]);
/** Those of what is encoded again, and the zeros of UTF-16. */
const PRINTABLE = kindsOf([
  [String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)), OTHER],
  ["\0\t\n\r", OTHER],
]);

function kindsOf(kinds: readonly (readonly [characters: string, kind: number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const [characters, kind] of kinds)
    for (const character of characters) table[character.charCodeAt(0)] = kind;
  return table;
}

/**
 * Where so many bytes of the table's kinds stand in a row. Looks only at one in so many of the others.
 * @returns with the kinds that are seen in it, and the most of hex that stand in a row
 */
function runsOf(bytes: Uint8Array, kinds: Uint8Array, shortest: number) {
  const runs: { from: number; to: number; seen: number; hex: number }[] = [];
  const { length } = bytes;
  for (let at = shortest - 1, done = 0; at < length; at += shortest) {
    if (kinds[bytes[at] as number] === 0) continue;
    let from = at;
    while (from > done && kinds[bytes[from - 1] as number] !== 0) from -= 1;
    let [seen, hex, mostHex] = [0, 0, 0];
    let to = from;
    for (; to < length; to++) {
      const kind = kinds[bytes[to] as number] as number;
      if (kind === 0) break;
      seen |= kind;
      hex = (kind & HEX) === 0 ? 0 : hex + 1;
      if (hex > mostHex) mostHex = hex;
    }
    if (to - from >= shortest) runs.push({ from, to, seen, hex: mostHex });
    done = to;
    at = to;
  }
  return runs;
}

function encodedRuns(text: string): Run[] {
  if (text.length < SHORTEST_RUN) return [];
  return runsOf(Buffer.from(text, "latin1"), ENCODING, SHORTEST_RUN).flatMap(({ from, to, seen, hex }) => {
    const texts = hex >= SHORTEST_RUN ? hexTexts(text.slice(from, to)) : [];
    // Nothing that is worth a look is without small letters or without capitals, and most words and ids are.
    if (seen & UPPER && seen & LOWER) texts.push(...base64Texts(text.slice(from, to)));
    return texts.length > 0 ? [{ from, to, texts }] : [];
  });
}

function hexTexts(run: string): string[] {
  const parts = run.match(/[\da-f]{22,}/gi) ?? [];
  return parts.flatMap((part) => printableIn(Buffer.from(part, "hex")));
}

/** Where a run begins says nothing: a path may stand before it. */
function base64Texts(run: string): string[] {
  return [0, 1, 2, 3].flatMap((offset) => printableIn(Buffer.from(run.slice(offset), "base64")));
}

/** What stands in bytes that is long enough to hold a secret in another form. */
function printableIn(bytes: Buffer): string[] {
  return runsOf(bytes, PRINTABLE, SHORTEST_TEXT).map(({ from, to }) =>
    withoutZeros(bytes.toString("latin1", from, to)),
  );
}

function withoutZeros(text: string): string {
  return text.replaceAll("\0", "");
}

/** A text with nothing escaped in it, and where its parts stand in the one that it was made from. */
interface View {
  text: string;
  /** A part that was escaped counts as a whole. */
  placeOf(from: number, to: number): { from: number; to: number };
}

/** What a long word goes on after: a new line, which JSON may show, and a transcript does. */
const BREAK = /\r?\n(?<=[\w+/=-]{16}\r?\n)[ \t]{0,64}(?=[\w+/-])/;
const SHOWN_BREAK = /\\(?<=[\w+/=-]{16}\\)\\{0,7}(?:r\\{1,8})?n(?=[\w+/-])/;
const TRANSCRIPT_BREAK = / ⏎ (?<=[\w+/=-]{16} ⏎ )(?=[\w+/-])/;
const ESCAPES = new RegExp(
  [
    "(?:%[\\da-f]{2}){1,65535}",
    "\\\\(?<!\\\\\\\\)\\\\{0,15}(?:u[\\da-f]{4}|u\\{[\\da-f]{1,6}\\}|x[\\da-f]{2}(?:\\\\{1,16}x[\\da-f]{2}){0,65535}|/)",
    "&#(?:x[\\da-f]{1,6}|\\d{1,7});",
    BREAK.source,
    SHOWN_BREAK.source,
    TRANSCRIPT_BREAK.source,
  ].join("|"),
  "gi",
);

/** @returns undefined if there is nothing to decode in the text */
export function decodedView(text: string): View | undefined {
  const escapes = [...text.matchAll(ESCAPES)];
  if (escapes.length === 0) return undefined;
  let view = "";
  let done = 0;
  const parts = escapes.map(({ 0: part, index }) => {
    view += text.slice(done, index);
    const from = view.length;
    view += decoded(part);
    done = index + part.length;
    return { from, to: view.length, original: { from: index, to: done } };
  });
  view += text.slice(done);

  /** The last part that begins before a place, or at it. */
  function partAt(place: number) {
    let [low, high] = [0, parts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((parts[middle]?.from ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return parts[low - 1];
  }
  const originalOf = (place: number) => {
    const part = partAt(place);
    if (part && place < part.to) return part.original;
    const from = part ? part.original.to + place - part.to : place;
    return { from, to: from + 1 };
  };
  return {
    text: view,
    placeOf: (from, to) => ({ from: originalOf(from).from, to: originalOf(to - 1).to }),
  };
}

function decoded(part: string): string {
  if (part.startsWith("%")) return Buffer.from(part.replaceAll("%", ""), "hex").toString();
  const [, entity] = /^&#(.+);$/.exec(part) ?? [];
  if (entity) return character(/^x/i.test(entity) ? Number.parseInt(entity.slice(1), 16) : Number(entity));
  if (/[\\x]x/i.test(part)) return Buffer.from(part.replace(/[\\x]+/gi, ""), "hex").toString();
  const [, unit] = /u\{?([\da-f]+)/i.exec(part) ?? [];
  if (unit) return character(Number.parseInt(unit, 16));
  return part.endsWith("/") ? "/" : "";
}

/** The half of a character, too. */
function character(code: number): string {
  return code <= 0xffff ? String.fromCharCode(code) : code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

function withoutBreaks(text: string): string {
  return text.replace(/\s*\n\s*/g, "");
}
