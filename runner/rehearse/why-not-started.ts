import { errorMessage, type QaError } from "../base/errors.ts";
import { shorten } from "../base/text.ts";
import { tellingLine } from "../compat/reasons.ts";

const MOST_REASONS = 5;
const LONGEST_REASON = 500;
const INVALID_KEY = /\b(?:Unrecognized key|Invalid input)\b/;
const INVALID_CONFIG = /\bInvalid config\b/;

/** Why a release does not start: what it says of its config is more than that it has ended. */
export function whyNotStarted(error: QaError, log: string): string {
  const said = `${error.details ?? ""}\n${log}`;
  const reasons = configReasons(said.split("\n"));
  const lines = reasons.length > 0 ? reasons : [tellingLine(said) ?? errorMessage(error)];
  return shorten(lines.slice(0, MOST_REASONS).join("; "), LONGEST_REASON);
}

/** What a release lists below "Invalid config"; that sentence itself where it lists nothing. */
function configReasons(said: readonly string[]): string[] {
  const reasons = new Set<string>();
  let heading: string | undefined;
  let isListed = false;
  for (const raw of said) {
    // The same is in the log with a time, in a list, and alone.
    const line = raw.replace(/^\S+T\S+\s+/, "").trim();
    const isHeading = INVALID_CONFIG.test(line);
    const isItem = line.startsWith("- ");
    if (isHeading) heading = line;
    isListed = isHeading || (isListed && isItem);
    const isReason = isListed ? isItem : INVALID_KEY.test(line);
    if (isReason) reasons.add(line.replace(/^- /, ""));
  }
  return reasons.size > 0 || heading === undefined ? [...reasons] : [heading];
}
