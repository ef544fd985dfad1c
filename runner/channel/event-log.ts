import { POLL_LIMIT } from "./defaults.ts";
import type { BusEvent, BusMessageEvent, BusThreadEvent, PollInput, PollResult } from "./types.ts";

type NewEvent = Omit<BusMessageEvent, "cursor"> | Omit<BusThreadEvent, "cursor">;

/** The bus's events in order, and how far each account has read them. */
export class EventLog {
  /** Since the last reset; kept in the order of their cursors. */
  events: BusEvent[] = [];
  /** Cursor of the newest event ever. */
  cursor = 0;
  #acknowledged = new Map<string, number>();
  #listeners = new Set<(event: BusEvent) => void>();

  append(event: NewEvent): void {
    this.cursor += 1;
    const stored: BusEvent = { cursor: this.cursor, ...event };
    this.events.push(stored);
    for (const listener of [...this.#listeners]) listener(stored);
  }

  /** Drops the events; the cursor and the acknowledgements go on. */
  clear(): void {
    this.events = [];
  }

  /**
   * The account's events after its cursor. A cursor from before the bus was restarted lies ahead
   * of ours: such a client starts again from the beginning. The answer's cursor skips other
   * accounts' events, but never one that the limit held back.
   */
  read(accountId: string, input: PollInput): PollResult {
    this.#acknowledge(accountId, input);
    const asked = input.cursor ?? this.#acknowledged.get(accountId) ?? 0;
    const after = asked > this.cursor ? 0 : asked;
    const limit = Math.max(1, Math.min(input.limit ?? POLL_LIMIT.default, POLL_LIMIT.max));
    const events: BusEvent[] = [];
    for (const event of this.events) {
      if (event.cursor <= after || event.accountId !== accountId) continue;
      if (events.length === limit) return { cursor: events.at(-1)?.cursor ?? after, events };
      events.push(event);
    }
    return { cursor: this.cursor, events };
  }

  /** @returns the function that ends the subscription */
  subscribe(listener: (event: BusEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #acknowledge(accountId: string, { cursor, acknowledgedCursor }: PollInput): void {
    if (acknowledgedCursor === undefined) return;
    if (cursor !== undefined && acknowledgedCursor > cursor) {
      throw new Error(`acknowledgedCursor ${acknowledgedCursor} is past cursor ${cursor}`);
    }
    if (acknowledgedCursor > this.cursor) return;
    const before = this.#acknowledged.get(accountId) ?? 0;
    this.#acknowledged.set(accountId, Math.max(before, acknowledgedCursor));
  }
}
