import { after, type Cancel } from "../../../base/timers.ts";

/** Longer silences need an explanation. */
const FIRST_MS = 10_000;

/**
 * Where no live line shows it, says now and then what a long scenario is doing, so that the log of a job
 * that is killed from outside ends with what it hung on. The pauses double.
 */
export class SlowNotices {
  readonly #notice: (scenarioId: string, elapsedMs: number) => void;
  readonly #timers = new Map<string, Cancel>();

  constructor(notice: (scenarioId: string, elapsedMs: number) => void) {
    this.#notice = notice;
  }

  start(scenarioId: string): void {
    this.#schedule(scenarioId, 0, FIRST_MS);
  }

  stop(scenarioId: string): void {
    this.#timers.get(scenarioId)?.();
    this.#timers.delete(scenarioId);
  }

  stopAll(): void {
    for (const scenarioId of [...this.#timers.keys()]) this.stop(scenarioId);
  }

  #schedule(scenarioId: string, elapsedMs: number, pauseMs: number): void {
    const notice = () => {
      const total = elapsedMs + pauseMs;
      this.#notice(scenarioId, total);
      this.#schedule(scenarioId, total, total);
    };
    this.#timers.set(scenarioId, after(pauseMs, notice, { unref: true }));
  }
}
