import { ABSENT } from "../shape/differences.ts";
import type { ParityMethod } from "./parity-schema.ts";

/** Answers that scenarios are known to read, here and upstream: their differences are listed in full. */
const READ_BY_SCENARIOS: ReadonlySet<string> = new Set([
  "config.apply",
  "config.get",
  "config.patch",
  "restart-sentinel.json",
  "skills.status",
  "tools.effective",
  "update.run",
  "update.status",
]);

export function isReadByScenarios({ method }: ParityMethod): boolean {
  return READ_BY_SCENARIOS.has(method);
}

/** Paths of one method's differences, as the first gateway stands to the others. */
export interface Brief {
  /** The first lacks it, another has it. */
  lacking: string[];
  /** The first has it, another lacks it. */
  extra: string[];
  /** All that know the place have it, with other kinds of values. */
  otherKinds: string[];
}

export function briefOf({ differences }: ParityMethod): Brief {
  const brief: Brief = { lacking: [], extra: [], otherKinds: [] };
  for (const { path, kinds } of differences) {
    const place = path === "" ? "the answer itself" : path;
    if (kinds[0] === ABSENT) brief.lacking.push(place);
    else if (kinds.includes(ABSENT)) brief.extra.push(place);
    else brief.otherKinds.push(place);
  }
  return brief;
}
