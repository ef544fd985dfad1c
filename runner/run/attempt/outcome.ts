import { BlockedError, errorMessage, type Fault, QaError, SkipError } from "../../base/errors.ts";
import { recentMessages } from "../../channel/transcript.ts";
import { FlowError } from "../../flow/run/failure.ts";
import type { FlowResult } from "../../flow/run/run.ts";
import type { Failure, ScenarioFinished } from "../../report/events.ts";
import { sourceFrame } from "../../scenario/source/format.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { Testbed } from "../testbed/testbed.ts";

/** Lines that say something went wrong or changed; the rest is the gateway's ordinary life. */
const RELEVANT = /\b(warn|error|fatal)\b|restart|reload|invalid|failed|refused|timed out|crash/i;
const MAX_LINES = 12;

/** How a scenario ended, as `scenario-finished` carries it. */
export type Outcome = Pick<ScenarioFinished, "verdict" | "reason" | "failure" | "notReached">;

/** The outcome of a flow that was run. */
export async function outcomeOf(result: FlowResult, scenario: Scenario, testbed: Testbed): Promise<Outcome> {
  const { status, notReached, error } = result;
  if (status === "passed" || !error) return { verdict: "passed", notReached };
  return ended(error, scenario, testbed, notReached);
}

/** The outcome of a scenario that something ended. */
export async function ended(
  error: unknown,
  scenario: Scenario,
  testbed: Testbed,
  notReached: string[],
): Promise<Outcome> {
  const cause = error instanceof FlowError ? error.thrown : error;
  if (cause instanceof SkipError || cause instanceof BlockedError) {
    const blocked = cause instanceof BlockedError;
    const what = blocked ? `${cause.message} (${cause.capability})` : cause.message;
    const reason = [what, cause.hint].filter(Boolean).join(". ");
    return { verdict: blocked ? "blocked" : "skipped", reason, notReached };
  }
  return { verdict: "failed", failure: await failureOf(error, scenario, testbed), notReached };
}

async function failureOf(error: unknown, scenario: Scenario, testbed: Testbed): Promise<Failure> {
  const known = error instanceof QaError;
  return {
    code: known ? error.code : "unexpected-error",
    fault: known ? error.fault : ("harness" satisfies Fault),
    message: errorMessage(error),
    hint: known ? error.hint : undefined,
    // A defect of the runner keeps its stack: it could not be found otherwise.
    details: known ? error.details : (error as { stack?: string }).stack,
    ...(error instanceof FlowError ? await placeOf(error, scenario) : {}),
    messages: recentMessages(testbed.bus),
    logLines: relevantLines(testbed.log()),
  };
}

async function placeOf(error: FlowError, scenario: Scenario): Promise<Partial<Failure>> {
  return {
    step: error.step,
    file: scenario.file.name,
    position: error.position,
    codeFrame: await sourceFrame(scenario.file.text, error.position),
    statement: error.statement,
    values: error.evidence?.values,
    expected: error.evidence?.expected,
    seen: error.evidence?.seen,
    stack: [...error.stackLines],
  };
}

/** The log lines a reader of a failure wants: the last ones that matter. The whole log is in the evidence. */
function relevantLines(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => RELEVANT.test(line))
    .slice(-MAX_LINES);
}
