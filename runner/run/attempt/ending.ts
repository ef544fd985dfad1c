import { BlockedError, errorMessage, type Fault, QaError, SkipError } from "../../base/errors.ts";
import type { Failure, ScenarioFinished } from "../../report/events.ts";

/** What went wrong in a flow; what the testbed showed meanwhile is added to it. */
export type FlowFailure = Omit<Failure, "codeFrame" | "messages" | "logLines">;

/** How something ended a scenario. */
export type Ending = Pick<ScenarioFinished, "verdict" | "reason" | "fault"> & { failure?: FlowFailure };

/** What a scenario lacks here and now only: unlike a capability that this gateway never has, it leaves a question open. */
const MACHINE = "machine";

/**
 * The verdict that an error means.
 * @param cause what decides: the error itself, or what it was made from
 * @param place where in the scenario it arose
 */
export function endingOf(
  error: unknown,
  { cause = error, place = {} }: { cause?: unknown; place?: Partial<FlowFailure> } = {},
): Ending {
  if (cause instanceof SkipError || cause instanceof BlockedError) {
    const blocked = cause instanceof BlockedError;
    const what = blocked ? `${cause.message} (${cause.capability})` : cause.message;
    const reason = [what, cause.hint].filter(Boolean).join(". ");
    const isOpen = blocked && (cause.capability === MACHINE || cause.fault === "harness");
    return { verdict: blocked ? "blocked" : "skipped", reason, ...(isOpen ? { fault: cause.fault } : {}) };
  }
  const known = error instanceof QaError;
  return {
    verdict: "failed",
    failure: {
      code: known ? error.code : "unexpected-error",
      fault: known ? error.fault : ("harness" satisfies Fault),
      message: errorMessage(error),
      hint: known ? error.hint : undefined,
      // A defect of the runner keeps its stack: it could not be found otherwise.
      details: known ? error.details : (error as { stack?: string }).stack,
      ...place,
    },
  };
}
