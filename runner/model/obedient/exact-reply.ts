const DIRECTIVE =
  /\b(?:reply|respond|answer|say)\s+(?:back\s+)?(?:only\s+)?(?:with\s+)?(?:only\s+)?(?:exactly|this exact (?:text|marker|line|word))(?:\s+(?:this|with))?\s*(:?)\s*/gi;
const INCLUDE = /\binclud(?:e|es|ing)\s+(?:the\s+)?exact\s+(?:marker|phrase|text|words?)\s*:?\s*(?=["'`“])/gi;
const NEGATED = /\b(?:do not|don't|never|not)\s+(?:ever\s+)?$/i;
const QUOTED = /^(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`|“([^”\n]+)”)/;
const TRAILING = /[.,;:!?)]+$/;
/** Words that begin a description of the reply: `reply exactly with the marker`. */
const DESCRIBES = /^(?:with|the|a|an|one|two|three|these|those|what|as|how)$/i;

/**
 * What a text says to reply exactly. In quotes or backticks: what stands between them. After a
 * colon: the rest of the line. Otherwise: the next word, unless it only describes the reply.
 * The last directive counts.
 */
export function exactReply(text: string): string | undefined {
  let reply: string | undefined;
  for (const match of text.matchAll(DIRECTIVE)) {
    if (NEGATED.test(text.slice(0, match.index))) continue;
    const rest = text.slice(match.index + match[0].length);
    const quoted = QUOTED.exec(rest);
    const [line = ""] = rest.split("\n", 1);
    const [word = ""] = line.split(/\s/, 1);
    const found =
      quoted?.slice(1).find((group) => group !== undefined) ??
      (match[1] === ":" ? line.trim() : word.replace(TRAILING, ""));
    const isDescription = !quoted && match[1] !== ":" && DESCRIBES.test(found);
    if (found !== "" && !isDescription) reply = found;
  }
  return reply;
}

/** What a text says to include in the reply, in quotes or backticks; the last of several. */
export function exactPart(text: string): string | undefined {
  const parts = [...text.matchAll(INCLUDE)]
    .filter((match) => !NEGATED.test(text.slice(0, match.index)))
    .map((match) => QUOTED.exec(text.slice(match.index + match[0].length)));
  return parts
    .at(-1)
    ?.slice(1)
    .find((group) => group !== undefined);
}
