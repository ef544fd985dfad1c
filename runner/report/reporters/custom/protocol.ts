import type { RunEvent } from "../../events.ts";
import type { ReporterContext } from "./interface.ts";

/** File descriptor of the pipe, in the reporter's process. */
export const CHANNEL = 3;

/** What the runner asks of the process of a reporter. */
export type Request =
  /** `path` as typed, `file` absolute. */
  | { type: "load"; path: string; file: string; context: ReporterContext }
  | { type: "event"; event: RunEvent }
  | { type: "finish" };

/**
 * The answer to one request, which went well without a `problem`; without an `id` it says what failed outside of any.
 * It comes from the process of a stranger.
 */
export interface Answer {
  id?: number;
  problem?: string;
  hint?: string;
}

/**
 * Splits what arrives into lines.
 * @param onLine gets each without its line feed
 * @param longest characters of a line
 * @returns what takes the next piece
 * @throws RangeError there, for a longer line
 */
export function lineSplitter(onLine: (line: string) => void, longest: number): (piece: string) => void {
  let rest = "";
  return (piece) => {
    const lines = `${rest}${piece}`.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longest) throw new RangeError(`a line of more than ${longest} characters`);
    for (const line of lines) onLine(line);
  };
}
