import { formatDuration, inShort } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import { failedAttempts } from "../../outcomes.ts";
import type { AttemptReport, ScenarioReport } from "../../schema/report-schema.ts";
import { location } from "./failure-block.ts";
import { COLOURS, type Paint, SYMBOLS } from "./style.ts";

/** One line per failed attempt where there were several; those that failed alike share theirs. */
export function attemptLines(scenario: ScenarioReport, paint: Paint): string[] {
  if (scenario.attempts.length < 2) return [];
  const alike = Map.groupBy(failedAttempts(scenario), what);
  return [...alike].map(([failure, attempts]) => {
    const symbol = paint(COLOURS.failed, SYMBOLS.failed);
    return `    ${symbol} ${which(attempts)}: ${failure}`;
  });
}

function what({ failure }: AttemptReport): string {
  if (!failure) return "failed";
  const place = location(failure);
  return `${inShort(headlineOf(failure))}${place ? `  ${place}` : ""}`;
}

/** `try 1, 1.20 s` or `3 tries (1, 4, 7)`. */
function which(attempts: readonly AttemptReport[]): string {
  const [first] = attempts;
  if (attempts.length === 1 && first) return `try ${first.attempt}, ${formatDuration(first.durationMs)}`;
  return `${attempts.length} tries (${attempts.map(({ attempt }) => attempt).join(", ")})`;
}
