import { formatDuration, oneLine } from "../base/text.ts";
import type { Failure } from "./events.ts";

type Chain = NonNullable<Failure["chain"]>;

const SIGNS = { happened: "✓", missing: "✗", unknown: "?" } as const;

/**
 * A chain on one line, as far as its first missing link: `config written ✓ 12 ms → noticed ✓ 15 ms → applied ✗`. A link
 * with a question mark is one that nobody can tell of.
 */
export function chainText({ name, links, missing }: Chain): string {
  const end = missing === undefined ? links.length : links.findIndex(({ link }) => link === missing) + 1;
  const shown = links.slice(0, end).map(({ link, state, at, detail }) => {
    const time = at === undefined ? undefined : formatDuration(at);
    return [link.replaceAll("-", " "), SIGNS[state], detail, time].filter(Boolean).join(" ");
  });
  return oneLine(`${name} ${shown.join(" → ")}`);
}

/** What a failure is in one sentence: the first missing link of its chain where that is known, else its message. */
export function headlineOf({ headline, message }: Failure): string {
  return headline ?? message;
}
