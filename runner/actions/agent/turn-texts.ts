import type { ActionContext } from "../context.ts";
import { messageText } from "./transcript-summary.ts";
import { readHistory } from "./transcripts.ts";

/**
 * What a turn says, by the transcript of its session: no message on the channel says which turn it comes from, and more
 * than one may speak there at the same time.
 */
export class TurnTexts {
  readonly #sessionKey: string;
  readonly #before: number;

  private constructor(sessionKey: string, before: number) {
    this.#sessionKey = sessionKey;
    this.#before = before;
  }

  /** Remembers how far the transcript goes before the turn. */
  static async before(context: ActionContext, sessionKey: string): Promise<TurnTexts> {
    return new TurnTexts(sessionKey, (await readHistory(context, sessionKey)).length);
  }

  /**
   * After the turn's end: every text of its assistant, those that it sends with a tool among them.
   * @returns undefined if the transcript says nothing of it
   */
  async saidSince(context: ActionContext): Promise<ReadonlySet<string> | undefined> {
    const history = await readHistory(context, this.#sessionKey);
    const added = history.length > this.#before ? history.slice(this.#before) : [];
    // Another turn of the session may have ended meanwhile: this one is the last that was asked for.
    const asked = added.findLastIndex(({ role }) => role === "user");
    const own = added.slice(asked + 1).filter(({ role }) => role === "assistant");
    const texts = new Set(own.flatMap((message) => [messageText(message), ...textsIn(message.content)]));
    const said = new Set([...texts].map((text) => text.trim()).filter((text) => text !== ""));
    return said.size > 0 ? said : undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
