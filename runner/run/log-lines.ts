/** Lines that say something went wrong or changed; the rest is the gateway's ordinary life. */
const RELEVANT = /\b(warn|error|fatal)\b|restart|reload|invalid|failed|refused|timed out|crash/i;
const MAX_LINES = 12;
const FALLBACK_LINES = 5;

/** The log lines a reader of a failure wants: the last ones that matter, or simply the last ones. */
export function relevantLines(log: string): string[] {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const relevant = lines.filter((line) => RELEVANT.test(line));
  return relevant.length > 0 ? relevant.slice(-MAX_LINES) : lines.slice(-FALLBACK_LINES);
}
