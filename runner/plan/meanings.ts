import { FLOW_DIAGNOSTIC_CODES } from "../flow/codes.ts";
import { DIAGNOSTIC_CODES } from "../scenario/codes.ts";

/** What each code of a diagnostic of scenarios means, in a sentence. */
export const MEANINGS: Readonly<Record<string, string>> = { ...DIAGNOSTIC_CODES, ...FLOW_DIAGNOSTIC_CODES };
