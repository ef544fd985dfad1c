import { QaError } from "../../base/errors.ts";
import { plural } from "../../base/text.ts";
import { describeMatcher, show } from "../../flow/match/describe.ts";
import { fitsAbsence, type Mismatch, matches, mismatches, nearest } from "../../flow/match/match.ts";
import { conditionsOf, type Matcher } from "../../flow/match/matcher.ts";
import { Unexpected, unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { waitIn } from "../wait.ts";
import { barrier } from "./barrier.ts";
import { type Named, withMeant } from "./elsewhere.ts";
import { limitOf, turnMs } from "./limits.ts";

const STATE_MS = 15_000;

/** What is matched where nothing else is said: that it is there. */
export const PRESENT: Matcher = { kind: "exists", value: true };

/**
 * Waits until a state is as expected. Where there is nothing, only what says so (`exists: false`) fits.
 * @param read gives undefined where there is nothing
 * @param named what the author named, where others of its kind may have been meant
 * @throws Unexpected with the state as it was last
 */
export async function expectState<T>(
  context: ActionContext,
  what: string,
  matcher: Matcher,
  read: () => Promise<T> | T,
  named?: Named,
): Promise<T> {
  let seen: T | undefined;
  const look = async () => {
    seen = await read();
    return (seen === undefined ? fitsAbsence(matcher) : matches(matcher, seen)) && { value: seen };
  };
  const end = await waitOrEnd(context, what, look, STATE_MS);
  if (end) return end.value;
  const failure = unexpected(what, matcher, seen);
  throw seen === undefined && named ? await withMeant(failure, named) : failure;
}

/** An event with its place among those of its kind. */
export interface Event<T> {
  index: number;
  value: T;
  /** When it happened, in milliseconds since the epoch, where that is known. */
  at?: number;
}

/** One of which it is known when it happened. */
export interface TimedEvent<T> extends Event<T> {
  at: number;
}

export interface EventSource<E> {
  /** Events that a statement takes are gone for others of the same kind. */
  kind: string;
  /** For people: `a message`. */
  what: string;
  /** What an author may have overlooked where this one is not as expected. */
  hintOf?(event: E): string | undefined;
  /** Where events came, if none came where they are looked for. */
  elsewhere?(): string | undefined;
  /** Why none of those that came is left, where that is how the statement is used. */
  taken?(came: readonly E[]): Unexpected | undefined;
  /** All that count, oldest first. */
  list(): readonly E[] | Promise<readonly E[]>;
}

/**
 * Waits for the first event that no statement has taken and that fits, or for as many as `times` says of all that fit.
 * @throws Unexpected with the event that came nearest
 */
export async function expectEvent<E extends Event<unknown>>(
  context: ActionContext,
  source: EventSource<E>,
  matcher: Matcher,
  limitMs = turnMs(context),
): Promise<E> {
  const { scene, limits } = context;
  if (limits?.times !== undefined) return expectTimes(context, source, matcher, limits.times, limitMs);
  const find = async () =>
    (await source.list()).find(
      ({ index, value, at }) =>
        scene.isFree(source.kind, index) && (at ?? 0) >= (limits?.afterMs ?? 0) && matches(matcher, value),
    );
  const found = await waitOrEnd(context, source.what, find, limitMs);
  if (!found) throw await missing(context, source, matcher);
  scene.take(source.kind, found.index);
  return found;
}

async function expectTimes<E extends Event<unknown>>(
  context: ActionContext,
  source: EventSource<E>,
  matcher: Matcher,
  times: number,
  limitMs: number,
): Promise<E> {
  const fitting = async () => (await source.list()).filter(({ value }) => matches(matcher, value));
  const enough = await waitOrEnd(
    context,
    source.what,
    async () => {
      const found = await fitting();
      return found.length >= times && found;
    },
    limitMs,
  );
  const count = async () => {
    const found = await fitting();
    if (found.length === times) return;
    throw new Unexpected(`${source.what} that fits came ${plural(found.length, "time")}, expected ${times}`, {
      expected: `${times} × ${describeMatcher(matcher)}`,
      seen: show(found.map(({ value }) => shownOf(value))),
    });
  };
  if (!enough && (await fitting()).length === 0) throw await missing(context, source, matcher);
  await count();
  for (const { index } of enough || []) context.scene.take(source.kind, index);
  context.scene.later({
    until: "scenario",
    async check(allow) {
      await barrier(context, { allow });
      await count();
    },
  });
  const last = (await fitting()).at(-1);
  if (!last) throw await missing(context, source, matcher);
  return last;
}

/**
 * Waits for the next event and judges it once: a later one cannot make up for it.
 * @throws Unexpected
 */
export async function expectNext<E extends Event<unknown>>(
  context: ActionContext,
  source: EventSource<E>,
  matcher: Matcher,
  limitMs = turnMs(context),
): Promise<E> {
  const { scene } = context;
  const find = async () => (await source.list()).find(({ index }) => scene.isFree(source.kind, index));
  const next = await waitOrEnd(context, source.what, find, limitMs);
  if (!next) {
    const taken = source.taken?.(await source.list());
    if (taken) throw taken;
    throw new Unexpected(`${source.what} did not come`, {
      expected: describeMatcher(matcher),
      seen: "nothing",
    });
  }
  scene.take(source.kind, next.index);
  const found = mismatches(matcher, next.value);
  if (found.length === 0) return next;
  const all = found.map(shownIn);
  const { message, expected, seen } = unexpected(source.what, matcher, shownOf(next.value), all);
  throw new Unexpected(message, { expected, seen, hint: source.hintOf?.(next) });
}

async function missing(
  { scene }: ActionContext,
  { kind, what, list, elsewhere }: Omit<EventSource<Event<unknown>>, "hintOf">,
  matcher: Matcher,
): Promise<Unexpected> {
  const all = await list();
  const taken = all.findLast(({ index, value }) => !scene.isFree(kind, index) && matches(matcher, value));
  if (taken)
    return new Unexpected(`${what} that fits came once, and an earlier statement has taken it`, {
      expected: `another one: ${describeMatcher(matcher)}`,
      seen: show(shownOf(taken.value)),
      hint: "Each is taken by one statement: by `ask` its reply, and by one with `times` all that it has counted.",
    });
  const free = all.filter(({ index }) => scene.isFree(kind, index)).map(({ value }) => value);
  const best = nearest(matcher, free);
  if (!best) {
    const seen = elsewhere?.();
    return new Unexpected(`${what} did not come${seen === undefined ? "" : `: ${seen}`}`, {
      expected: describeMatcher(matcher),
      seen: seen ?? "nothing",
    });
  }
  // One that is right nowhere is near only by chance.
  if (best.found.length >= conditionsOf(matcher) && free.length > 1)
    return new Unexpected(`${what} that fits did not come: ${describeMatcher(matcher)}`, {
      expected: describeMatcher(matcher),
      seen: `${free.length} others, the last: ${show(shownOf(best.value))}`,
    });
  const near = unexpected("of the nearest", matcher, shownOf(best.value), best.found.map(shownIn));
  return new Unexpected(`${what} that fits did not come; ${near.message}`, {
    expected: near.expected,
    seen: near.seen,
  });
}

/** Of a message, a request or a line of the log, what people look for first. */
export function shownOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("text" in value && typeof value.text === "string") return value.text;
  return "prompt" in value ? value.prompt : value;
}

function shownIn(found: Mismatch): Mismatch {
  return found.path.length === 0 ? { ...found, seen: shownOf(found.seen) } : found;
}

/** @returns undefined when time runs out */
export async function waitOrEnd<T>(
  context: ActionContext,
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs: number,
): Promise<T | undefined> {
  try {
    return await waitIn(context, what, check, { timeoutMs: limitOf(context, limitMs) });
  } catch (error) {
    if (error instanceof QaError && error.code === "wait-timeout") return undefined;
    throw error;
  }
}
