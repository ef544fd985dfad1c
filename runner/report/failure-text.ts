import { failureBlock } from "./reporters/console/failure-block.ts";
import type { AttemptReport, ScenarioReport } from "./schema/report-schema.ts";

/**
 * A failure as plain text, with all that helps to understand it; paths of evidence are relative to the
 * report's folder.
 * @param attempt the one to tell of; default is the one that decided
 */
export function failureText(
  scenario: ScenarioReport,
  { failure, evidence }: Pick<AttemptReport, "failure" | "evidence"> = scenario,
): string {
  const lines = failureBlock({ ...scenario, failure, evidence }, "", (_format, text) => text);
  return lines
    .map((line) => line.replace(/^ {4}/, ""))
    .join("\n")
    .trim();
}
