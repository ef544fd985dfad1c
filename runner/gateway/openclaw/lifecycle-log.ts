import type { LogCapture } from "../process/log.ts";
import { STARTED_LINE } from "./supervisor-job.ts";

/** A start of the server: also one within the same process. */
const STARTED = /\[gateway\] http server listening \(/;
/**
 * The gateway saw a config change; unless one of the next lines follows, it is in force. What does not pass the schema
 * is skipped before it gets that far.
 */
const EVALUATED = /\[reload\] .*config change detected; evaluating reload \(/;
const NOT_APPLIED =
  /\[reload\] .*config (?:reload skipped(?! \(invalid config\))|reload disabled|reload requires gateway restart; hot mode ignoring|change requires gateway restart)/;

/** Counts what a release's log says about its life. */
export class LifecycleLog {
  readonly #log: Pick<LogCapture, "mark" | "since">;
  #mark = 0;
  #starts = 0;
  #reloads = 0;
  #pid: number | undefined;

  constructor(log: Pick<LogCapture, "mark" | "since">) {
    this.#log = log;
  }

  /**
   * Starts of the server so far, and config changes applied since the last of them; under a supervisor also the
   * process that it started last.
   */
  read(): { starts: number; reloads: number; pid: number | undefined } {
    const news = this.#log.since(this.#mark);
    this.#mark = this.#log.mark();
    for (const line of news.split("\n")) this.#take(line);
    return { starts: this.#starts, reloads: this.#reloads, pid: this.#pid };
  }

  #take(line: string): void {
    if (STARTED.test(line)) {
      this.#starts += 1;
      this.#reloads = 0;
    } else if (EVALUATED.test(line)) this.#reloads += 1;
    else if (NOT_APPLIED.test(line)) this.#reloads -= 1;
    else if (line.startsWith(STARTED_LINE)) this.#pid = Number(line.slice(STARTED_LINE.length));
  }
}
