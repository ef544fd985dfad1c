import type { RecordEvent } from "../../report/events.ts";

/** How much of one type of event an attempt may leave in the record. */
const MOST = { events: 1_000, characters: 8 * 1024 * 1024 };

/** Bounds what an attempt leaves in the record, whatever its gateway and its scenario do. */
export class Budget {
  readonly #used = new Map<RecordEvent["type"], { events: number; characters: number; left: number }>();

  /**
   * Takes the place of an event.
   * @param characters of its texts, before they are cut
   * @returns whether there is one, and whether this is the first that has none
   */
  take(type: RecordEvent["type"], characters: number): { fits: boolean; isFirstLeft: boolean } {
    const used = this.#used.get(type) ?? { events: 0, characters: 0, left: 0 };
    this.#used.set(type, used);
    if (used.events >= MOST.events || used.characters + characters > MOST.characters) {
      used.left += 1;
      return { fits: false, isFirstLeft: used.left === 1 };
    }
    used.events += 1;
    used.characters += characters;
    return { fits: true, isFirstLeft: false };
  }

  /** What has found no place, by type. */
  get cut(): { what: string; kept: number; left: number }[] {
    return [...this.#used].flatMap(([what, { events, left }]) =>
      left > 0 ? [{ what, kept: events, left }] : [],
    );
  }
}
