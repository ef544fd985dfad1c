import type { TraceRecord } from "../../gateway/gateway.ts";
import type { Failure } from "../../report/events.ts";

export type Chain = NonNullable<Failure["chain"]>;
type Link = Chain["links"][number];
export type ChainName = "reply" | "config" | "plugin" | "restart" | "skill" | "update";

/** Characters of a detail; what it is taken from is in the evidence. */
const LONGEST_DETAIL = 200;

/** Something has happened, and nobody knows when. */
export const UNDATED = { at: Number.NEGATIVE_INFINITY };

/** The links of one chain, in order, as far as they are known. */
export class Links {
  readonly #since: number;
  readonly #isTraced: boolean;
  readonly #links: Link[] = [];

  /**
   * @param since when what the chain begins with was done, in milliseconds since the epoch
   * @param isTraced the gateway says what it does: what it does not say has not happened
   */
  constructor(since: number, isTraced: boolean) {
    this.#since = since;
    this.#isTraced = isTraced;
  }

  /** A link that only the gateway itself can tell of. @param detail of the link, or why it is missing */
  told(link: string, happened: Pick<TraceRecord, "at"> | undefined, detail?: string): this {
    return this.#add(link, happened, happened || this.#isTraced, detail);
  }

  /** A link that shows outside of the gateway. */
  shown(link: string, happened: Pick<TraceRecord, "at"> | undefined, detail?: string): this {
    return this.#add(link, happened, true, detail);
  }

  /** Puts a link before the first that has not happened by then, where its turn was. */
  toldAfter(
    when: number,
    link: string,
    happened: Pick<TraceRecord, "at"> | undefined,
    detail?: string,
  ): this {
    this.told(link, happened, detail);
    const [late] = this.#links.splice(-1);
    const place = this.#links.findIndex(({ at }) => at === undefined || this.#since + at > when);
    if (late) this.#links.splice(place === -1 ? this.#links.length : place, 0, late);
    return this;
  }

  /** @param about which of its kind it is about */
  chain(name: ChainName, about?: string): Chain {
    const missing = this.#links.find(({ state }) => state === "missing")?.link;
    return {
      name,
      ...(about ? { about: cut(about) } : {}),
      since: this.#since,
      links: this.#links,
      ...(missing ? { missing } : {}),
    };
  }

  #add(
    link: string,
    happened: Pick<TraceRecord, "at"> | undefined,
    isKnown: unknown,
    detail: string | undefined,
  ): this {
    this.#links.push({
      link,
      state: happened ? "happened" : isKnown ? "missing" : "unknown",
      ...(happened && happened.at >= this.#since ? { at: happened.at - this.#since } : {}),
      ...(detail ? { detail: cut(detail) } : {}),
    });
    return this;
  }
}

function cut(text: string): string {
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
}

/** A list of names, in short. */
export function names(list: unknown): string {
  const all = Array.isArray(list) ? list.map(String) : [];
  const more = all.length - 3;
  return [...all.slice(0, 3), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
