import { formatElapsed, oneLine } from "../../../base/text.ts";
import type { RunEvent } from "../../events.ts";

const WORTH_A_WORD_MS = 2_000;
const STARTING = "starting the gateway";

/** A scenario that is running now. */
export interface Activity {
  id: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** What it is doing: `step 2 replies with the marker › call waitForOutbound`. */
  doing: string;
  /** Since when, in milliseconds since the epoch. */
  since: number;
}

/** `step 2 replies with the marker › expectReply, for 8.2 s`: the time once it is worth a word. */
export function doingSince({ doing, since }: Activity, now: number): string {
  const ms = now - since;
  return ms < WORTH_A_WORD_MS ? doing : `${doing}, for ${formatElapsed(ms)}`;
}

/** Knows what runs at the moment and what each scenario is doing. */
export class Activities {
  readonly #running = new Map<string, Activity & { step: string }>();

  apply(event: RunEvent): void {
    switch (event.type) {
      case "scenario-started":
        this.#running.set(event.scenarioId, {
          id: event.scenarioId,
          startedAt: event.at,
          doing: `${event.attempt > 1 ? `try ${event.attempt}, ` : ""}${STARTING}`,
          since: Date.now(),
          step: "",
        });
        break;
      case "gateway-starting": {
        const { waitsFor } = event;
        const more = waitsFor === undefined ? "" : `, which waits for ${oneLine(waitsFor)}`;
        this.#update(event.scenarioId, `${STARTING}${more}`);
        break;
      }
      case "gateway-ready":
        this.#update(event.scenarioId, "gateway ready");
        break;
      case "step-started":
        this.#update(event.scenarioId, `step ${event.step + 1} ${oneLine(event.name)}`);
        break;
      case "statement-started":
        this.#statement(event.scenarioId, oneLine(event.label));
        break;
      case "scenario-finished":
        this.#running.delete(event.scenarioId);
        break;
    }
  }

  /** In the order they started. */
  get running(): Activity[] {
    return [...this.#running.values()];
  }

  get(id: string): Activity | undefined {
    return this.#running.get(id);
  }

  #update(id: string, step: string): void {
    const activity = this.#running.get(id);
    if (activity) Object.assign(activity, { step, doing: step, since: Date.now() });
  }

  #statement(id: string, label: string): void {
    const activity = this.#running.get(id);
    if (activity) Object.assign(activity, { doing: `${activity.step} › ${label}`, since: Date.now() });
  }
}
