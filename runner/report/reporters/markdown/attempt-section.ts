import { isDeepStrictEqual } from "node:util";
import { formatDuration, markdownTable } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import { attemptsNote, failedAttempts, type RunFacts } from "../../outcomes.ts";
import type { AttemptReport, ScenarioReport } from "../../schema/report-schema.ts";
import { escapeCell, evidenceLinks } from "./escape.ts";
import { failureFacts } from "./failure-section.ts";

/** How each try went, and what went wrong in those that failed; nothing where there was only one. */
export function attemptParts(scenario: ScenarioReport, run: RunFacts): string[] {
  const note = attemptsNote(scenario, run);
  if (!note) return [];
  const rows = scenario.attempts.map(({ attempt, verdict, durationMs, evidence, failure, reason }) => {
    const why = escapeCell(failure ? headlineOf(failure) : (reason ?? ""));
    return [`${attempt}`, verdict, formatDuration(durationMs), why, evidenceLinks(evidence)];
  });
  return [
    "### Tries",
    `${note[0]?.toUpperCase()}${note.slice(1)}.`,
    markdownTable(["try", "verdict", "time", "why", "evidence"], rows, ["try", "time"]),
    ...failedAttempts(scenario).flatMap((attempt) => failedTry(attempt, scenario)),
  ];
}

/** A try that failed as the scenario did is described already. */
function failedTry({ attempt, failure }: AttemptReport, scenario: ScenarioReport): string[] {
  if (!failure || isDeepStrictEqual(failure, scenario.failure)) return [];
  return [`### What went wrong in try ${attempt}`, ...failureFacts(failure, scenario.steps.length)];
}
