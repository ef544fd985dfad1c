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
  const came = await allOrFirstFailure(
    events.map(async ({ action, params, withinMs, times, save }) => {
      const limits = { ...context.limits, withinMs: withinMs ?? context.limits?.withinMs, times };
      const event = await EVENTS[action]?.({ ...context, signal, limits }, params);
      if (event) save?.(event.value);
      return { action, at: event?.at ?? 0 };
    }),
    () => failed.abort(),
  );
  for (const [index, { action, at }] of came.entries()) {
    const before = came[index - 1];
    if (!before || before.at <= at) continue;
    throw new Unexpected(`${action} came ${before.at - at} ms before ${before.action}, expected after it`, {
      expected: came.map((each) => each.action).join(", "),
      seen: came
        .toSorted((one, other) => one.at - other.at)
        .map((each) => each.action)
        .join(", "),
    });
  }
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
