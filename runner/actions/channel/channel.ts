import { waitForNoOutbound, waitForOutboundMessage } from "../../channel/outbound-waits.ts";
import type { BusMessage } from "../../channel/types.ts";
import { actionsOf, members } from "../define.ts";
import { ANY, callback, milliseconds, NOTHING, NUMBER } from "../schema.ts";
import { waitIn } from "../wait.ts";
import { throwFailureReply } from "./failure-replies.ts";
import { QUIET_MS, WAIT_MS } from "./limits.ts";
import { MESSAGE, SINCE_INDEX } from "./schemas.ts";

export const channelActions = actionsOf("channel", (define) => ({
  waitForCondition: define({
    summary:
      "Waits until `check` gives something other than null, undefined and false, and returns it. Checks again whenever something happens on the channel, in the gateway or at the model; the interval is only the fallback. Ends early with `failure-reply` when the gateway reports a failed turn in the meantime.",
    params: {
      check: callback<() => unknown>("() => unknown", "may be async"),
      timeoutMs: milliseconds(WAIT_MS),
      intervalMs: { ...NUMBER, optional: true, description: "milliseconds; default 100" },
    },
    main: "check",
    positional: ["check", "timeoutMs", "intervalMs"],
    inSteps: "the statement about what is waited for, such as `expectSkill` or `expectMessage`",
    returns: { ...ANY, description: "what `check` gave" },
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { check, timeoutMs, intervalMs }) => {
      const before = context.bus.outboundMessages().length;
      const checkOrGiveUp = async () => {
        const value = await check();
        if (value === null || value === undefined || value === false) throwFailureReply(context.bus, before);
        return value;
      };
      return waitIn(context, check.name || "the condition", checkOrGiveUp, { timeoutMs, intervalMs });
    },
  }),
  waitForOutboundMessage: define({
    summary:
      "Waits for the first message of the gateway that satisfies the predicate; it may be there already. Ends early with `failure-reply` when the gateway says that a turn failed, unless the predicate accepts that message.",
    params: {
      predicate: callback<(message: BusMessage) => unknown>(
        "(message) => boolean",
        "checks an outbound message",
      ),
      timeoutMs: milliseconds(WAIT_MS),
      sinceIndex: SINCE_INDEX,
    },
    main: "predicate",
    positional: ["state", "predicate", "timeoutMs", members("options?")],
    inSteps: "`expectMessage`, `expectReply`",
    returns: MESSAGE,
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { predicate, timeoutMs, sinceIndex }) =>
      waitForOutboundMessage(context.bus, predicate, timeoutMs, {
        sinceIndex,
        giveUp: () => throwFailureReply(context.bus, sinceIndex),
        what: predicate.name ? `an outbound message with ${predicate.name}` : undefined,
        signal: context.signal(),
      }),
  }),
  waitForNoOutbound: define({
    summary: "Fails as soon as the gateway sends something within the quiet period.",
    params: { quietMs: milliseconds(QUIET_MS), sinceIndex: SINCE_INDEX },
    main: "quietMs",
    positional: ["state", "quietMs", members("options?")],
    inSteps: "`expectNoMessage`",
    returns: NOTHING,
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ quietMs }) => quietMs,
    run: (context, { quietMs, sinceIndex }) =>
      waitForNoOutbound(context.bus, quietMs, { sinceIndex, signal: context.signal() }),
  }),
  reset: define({
    summary:
      "Empties the channel: messages and threads are forgotten, so that old ones cannot satisfy a wait.",
    positional: [],
    inSteps: "nothing: they count from the beginning of the scenario",
    returns: NOTHING,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: (context) => context.bus.reset(),
  }),
}));
