import { formatDuration } from "../../../base/text.ts";
import type { FlowFailure } from "../ending.ts";
import type { AttemptExit } from "./process.ts";

/** An attempt whose process ended without having said how its flow did. */
export function endedItself({ exitCode, signal }: AttemptExit): FlowFailure {
  return {
    code: "scenario-ended-its-process",
    fault: "scenario",
    message: signal
      ? `the scenario's process was ended by ${signal}`
      : `the scenario ended its process (exit code ${exitCode})`,
    hint:
      signal === null
        ? "Look for `process.exit`, in the scenario and in what it imports."
        : "Look for what ends it from outside, or for memory that grows without end.",
  };
}

export function notStarted({ exitCode, signal, spawnError }: AttemptExit): FlowFailure {
  const how = spawnError ? spawnError.message : signal ? `signal ${signal}` : `exit code ${exitCode}`;
  return {
    code: "attempt-start-failed",
    fault: "harness",
    message: `the process for the scenario did not start: ${how}`,
  };
}

/** @param seconds for which it has not answered */
export function silent(seconds: number): FlowFailure {
  return {
    code: "scenario-blocked",
    fault: "scenario",
    message: `the scenario blocked its process: it has not responded for ${seconds} s and was ended`,
    hint: "Look for a loop without end after an `await`, or a call that waits without letting go, such as `spawnSync`.",
  };
}

/** @param ms what it has had, with all that it may take to clean up */
export function overdue(ms: number): FlowFailure {
  return {
    code: "scenario-timeout",
    fault: "scenario",
    message: `the scenario was still running after ${formatDuration(ms)}, long after its own limit, and was ended`,
    hint: "Look for a loop without end, or another call that keeps its own limits from working.",
  };
}
