import type { GatewayUnderTest } from "../../gateway/gateway.ts";

/** Lines that say something went wrong or changed; the rest is the gateway's ordinary life. */
const RELEVANT = /\b(warn|error|fatal)\b|restart|reload|invalid|failed|refused|timed out|crash/i;
const MAX_LINES = 12;

/** The log lines a reader of a failure wants: the last ones that matter. The whole log is in the evidence. */
export function relevantLines(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => RELEVANT.test(line))
    .slice(-MAX_LINES);
}

/** The whole log of a gateway that lets the run have it. */
export function logOf(gateway: GatewayUnderTest | undefined): string {
  return gateway?.capabilities.has("logs") ? gateway.logs() : "";
}
