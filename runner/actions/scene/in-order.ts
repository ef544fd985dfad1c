import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";
import type { StatementCall } from "../../flow/run/host.ts";
import { expectMessage } from "../channel/expect.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectPluginCall } from "../extensions/expect-calls.ts";
import { expectRestart } from "../gateway/expect.ts";
import { expectModelRequest } from "../model/expect.ts";
import { NOTHING, typed } from "../schema.ts";
import type { TimedEvent } from "./expect.ts";

type Params = StatementCall["params"];

/** Events that say when they happened, by the statement that expects one. */
const EVENTS: Readonly<
  Record<string, (context: ActionContext, params: Params) => Promise<TimedEvent<unknown>>>
> = {
  expectMessage: (context, params) => expectMessage(context, params as { message: Matcher; in?: string }),
  expectModelRequest: (context, params) => expectModelRequest(context, params as { request: Matcher }),
  expectPluginCall: (context, params) => expectPluginCall(context, params as { call: Matcher }),
  expectRestart: (context, params) => expectRestart(context, params),
};

/**
 * All results, once nothing runs any more.
 * @throws what failed first
 */
async function allOrFirstFailure<T>(running: readonly Promise<T>[], end: () => void): Promise<T[]> {
  try {
    return await Promise.all(running);
  } catch (error) {
    end();
    await Promise.allSettled(running);
    throw error;
  }
}

async function expectInOrder(
  context: ActionContext,
  { events }: { events: readonly StatementCall[] },
): Promise<void> {
  // Where one does not come, nothing waits for the others any longer.
  const failed = new AbortController();
  const signal = () => AbortSignal.any([context.signal(), failed.signal]);
  const take = async ({ action, params, withinMs, times, save }: StatementCall, afterMs?: number) => {
    const limits = { ...context.limits, withinMs: withinMs ?? context.limits?.withinMs, times, afterMs };
    const event = await EVENTS[action]?.({ ...context, signal, limits }, params);
    if (event) save?.(event.value);
    return { action, at: event?.at ?? 0 };
  };
  const came = await allOrFirstFailure(
    events.map((event) => take(event)),
    () => failed.abort(),
  );
  for (const [index, event] of events.entries()) {
    const before = came[index - 1];
    const here = came[index];
    if (!before || !here || before.at <= here.at) continue;
    const wrong = outOfOrder(came, index);
    // The same may have come once more, after the one that it is to follow.
    const canComeAgain = event.action !== "expectRestart" && event.times === undefined;
    const again = canComeAgain ? await take(event, before.at).catch(unlessUnexpected) : undefined;
    if (!again) throw wrong;
    came[index] = again;
  }
}

function unlessUnexpected(error: unknown): undefined {
  if (!(error instanceof Unexpected)) throw error;
}

function outOfOrder(came: readonly { action: string; at: number }[], index: number): Unexpected {
  const isAlone = (action: string) => came.filter((each) => each.action === action).length === 1;
  // Of several of one kind, which in the list.
  const named = came.map(({ action, at }, place) => ({
    name: isAlone(action) ? action : `${action} ${place + 1}`,
    at,
  }));
  const [before, here] = [named[index - 1], named[index]];
  const early = Number(before?.at) - Number(here?.at);
  return new Unexpected(`${here?.name} came ${early} ms before ${before?.name}, expected after it`, {
    expected: named.map(({ name }) => name).join(", "),
    seen: named
      .toSorted((one, other) => one.at - other.at)
      .map(({ name }) => name)
      .join(", "),
  });
}

export const orderStatements = actionsOf("gateway", (define) => ({
  expectInOrder: define({
    summary: "Events that come one after the other, whatever else comes between them.",
    params: {
      events: typed<readonly StatementCall[]>({
        statements: Object.keys(EVENTS),
        description: "a list of statements about events",
      }),
    },
    main: "events",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    budgetMs: () => 120_000,
    run: expectInOrder,
  }),
}));
