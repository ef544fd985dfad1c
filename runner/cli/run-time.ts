import { QaError } from "../base/errors.ts";
import { formatDuration } from "../base/text.ts";

/** The time that a whole run may take. */
export class RunTime {
  /** Fires when the time is up; never without a limit. */
  readonly up: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param limitMs milliseconds from now */
  constructor(limitMs: number | undefined) {
    const end = new AbortController();
    this.up = end.signal;
    if (limitMs === undefined) return;
    this.#timer = setTimeout(() => {
      end.abort(
        new QaError(`the run took longer than ${formatDuration(limitMs)}`, {
          code: "run-timeout",
          fault: "environment",
          hint: "Give it more time with --timeout, or fewer scenarios.",
        }),
      );
    }, limitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
