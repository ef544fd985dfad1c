import type { RunEvent } from "../events.ts";
import { RunState } from "../run-state.ts";
import type { Reporter } from "../stream.ts";

/**
 * Hands events to a reporter one by one, as the stream does, and does not finish it.
 * @returns what the events come to
 */
export async function replay(reporter: Reporter, events: readonly RunEvent[]): Promise<RunState> {
  const run = new RunState();
  for (const event of events) {
    run.apply(event);
    await reporter.onEvent(event, run);
  }
  return run;
}
