import { EXIT } from "../base/exit-codes.ts";
import { plural } from "../base/text.ts";
import type { Finding, RehearseReport } from "./rehearse-schema.ts";

/** Exit codes of a rehearsal, by its verdict. */
export const EXIT_CODES: Readonly<Record<RehearseReport["verdict"], number>> = {
  go: EXIT.passed,
  "go with steps": EXIT.withSteps,
  "no-go": EXIT.failed,
  inconclusive: EXIT.harness,
};

/** What findings say together: what is lost for good is a no, what a person can do is a step. */
export function verdictOf(findings: readonly Finding[]): Pick<RehearseReport, "verdict" | "why"> {
  const lost = findings.filter(({ kind, command }) => kind === "lost" && command === undefined);
  if (lost.length > 0) {
    const more = lost.length > 1 ? `, and ${plural(lost.length - 1, "more loss")}` : "";
    return { verdict: "no-go", why: `${lost[0]?.text}${more}` };
  }
  const steps = findings.filter(
    ({ kind, command }) => kind === "step" || (kind === "lost" && command !== undefined),
  );
  if (steps.length > 0) return { verdict: "go with steps", why: `${plural(steps.length, "step")} by hand` };
  return { verdict: "go", why: "nothing is lost, and nothing has to be done by hand" };
}
