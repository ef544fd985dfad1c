import type { Parameter } from "../../flow/vocabulary.ts";

/** How long a wait for the channel takes when nobody says otherwise. */
export const WAIT_MS = 15_000;
/** How long the channel must be quiet when nobody says otherwise. */
export const QUIET_MS = 1_200;

/** An optional limit in milliseconds. */
export function timeoutParameter(fallbackMs: number): Parameter {
  return {
    name: "timeoutMs",
    type: "number",
    optional: true,
    description: `milliseconds; default ${fallbackMs}`,
  };
}

export const SINCE_PARAMETER: Parameter = {
  name: "options",
  type: "{ sinceIndex?: number }",
  optional: true,
  description: "look only at outbound messages from this one on, counted from 0",
};
