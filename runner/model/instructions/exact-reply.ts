const DIRECTIVE =
  /\b(?:reply|respond|answer|say)\s+(?:back\s+)?(?:only\s+)?(?:with\s+)?(?:only\s+)?(?:exactly|this exact (?:text|marker|line|word))(?:\s+(?:this|with))?\s*(:?)\s*/gi;
const INCLUDE =
  /\b(?:includ(?:e|es|ing)|contain(?:s|ing)?)\s+(?:(?:the|this)\s+)?exact\s+(?:marker|phrase|text|words?)\s*(:?)\s*/gi;
/** Without a verb, as in `Confirm. exact marker: X`: only a colon makes it more than a mention. */
const MARKED = /\bexact\s+(?:marker|phrase|text|words?)\s*(:)\s*/gi;
const NEGATED = /\b(?:do not|don't|never|not)\s+(?:ever\s+)?$/i;
/** The sentence so far forbids what follows. */
const NEGATED_SENTENCE = /\b(?:do not|don't|never|not)\b[^.!?\n]*$/i;
/** Over several lines too, but for single quotes, which may be apostrophes. */
const QUOTED = /^(?:"([^"]+)"|'([^'\n]+)'|`([^`]+)`|“([^”]+)”)/;
const TRAILING = /[.,;:!?)]+$/;
/** Words that begin a description of the reply: `reply exactly with the marker`. */
const DESCRIBES = /^(?:with|the|a|an|one|two|three|these|those|what|as|how)$/i;

/**
 * The reply that a text asks for word for word. In quotes or backticks: what stands between them. After a
 * colon: the rest of the line. Otherwise: the next word, unless it only describes the reply.
 * The last directive counts.
 */
export function exactReply(text: string): string | undefined {
  let reply: string | undefined;
  for (const match of text.matchAll(DIRECTIVE)) {
    if (NEGATED.test(text.slice(0, match.index))) continue;
    const rest = text.slice(match.index + match[0].length);
    const quoted = inQuotes(rest);
    const [line = ""] = rest.split("\n", 1);
    const [word = ""] = line.split(/\s/, 1);
    const found = quoted ?? (match[1] === ":" ? line.trim() : word.replace(TRAILING, ""));
    const isDescription = !quoted && match[1] !== ":" && DESCRIBES.test(found);
    if (found !== "" && !isDescription) reply = found;
  }
  return reply;
}

/**
 * The words that a text asks to include in the reply, or gives as its exact marker: in quotes or backticks what stands
 * between them, after a colon the next word. The last of several counts.
 */
export function exactPart(text: string): string | undefined {
  const included = [...text.matchAll(INCLUDE)].filter(({ index }) => !NEGATED.test(text.slice(0, index)));
  const marked = [...text.matchAll(MARKED)].filter(
    ({ index }) => !NEGATED_SENTENCE.test(text.slice(0, index)),
  );
  let part: string | undefined;
  for (const match of [...included, ...marked].sort((a, b) => endOf(a) - endOf(b))) {
    const rest = text.slice(match.index + match[0].length);
    const [word = ""] = rest.split(/\s/, 1);
    part = inQuotes(rest) ?? (match[1] === ":" && word !== "" ? word.replace(TRAILING, "") : part);
  }
  return part;
}

function endOf({ index, 0: text }: RegExpExecArray): number {
  return index + text.length;
}

function inQuotes(text: string): string | undefined {
  return QUOTED.exec(text)
    ?.slice(1)
    .find((group) => group !== undefined);
}
