import { oneLine } from "../../../base/text.ts";
import type { RunEvent } from "../../events.ts";

/** A scenario that is running now. */
export interface Activity {
  id: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** What it is doing: `step 2 replies with the marker › call waitForOutbound`. */
  doing: string;
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
          doing: `${event.attempt > 1 ? `try ${event.attempt}, ` : ""}starting the gateway`,
          step: "",
        });
        break;
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
    if (activity) Object.assign(activity, { step, doing: step });
  }

  #statement(id: string, label: string): void {
    const activity = this.#running.get(id);
    if (activity) activity.doing = `${activity.step} › ${label}`;
  }
}
