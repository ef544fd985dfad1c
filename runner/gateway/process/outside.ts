import { readFile } from "node:fs/promises";
import { PROGRAMS } from "../../base/places.js";

/** A connection that a gateway, or what it started, was refused. */
export interface RefusedConnection {
  /** Milliseconds since the epoch. */
  at: number;
  /** `host:port` */
  to: string;
  /** Files on the stack that wanted it, innermost first; of what was started later there are none. */
  from: string[];
}

/**
 * Environment in which Node programs get no connection beyond loopback.
 * @param log file in which refused ones are noted
 * @param allowed hosts that may be reached all the same
 */
export function keptInside(log: string, allowed: readonly string[] = []): Record<string, string> {
  return {
    NODE_OPTIONS: `--require=${JSON.stringify(PROGRAMS.outside)}`,
    GATEWAY_QA_OUTSIDE_LOG: log,
    GATEWAY_QA_OUTSIDE_ALLOWED: allowed.join(","),
  };
}

/** What was refused so far, oldest first. @param log as given to `keptInside` */
export async function refusedConnections(log: string): Promise<RefusedConnection[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as RefusedConnection];
    } catch {
      // Two processes may write at once, and a killed one half a line.
      return [];
    }
  });
}
