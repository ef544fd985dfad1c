import { waitForNoOutbound, waitForOutboundMessage } from "../../channel/outbound-waits.ts";
import type { BusMessage } from "../../channel/types.ts";
import { actionsOf, STATE_PARAMETER } from "../define.ts";
import { waitIn } from "../wait.ts";
import { throwFailureReply } from "./failure-replies.ts";
import { QUIET_MS, SINCE_PARAMETER, timeoutParameter, WAIT_MS } from "./parameters.ts";

interface Since {
  sinceIndex?: number;
}

export const channelActions = actionsOf("channel", (define) => ({
  waitForCondition: define({
    summary:
      "Waits until `check` gives something other than null, undefined and false, and returns it. Checks again whenever something happens on the channel, in the gateway or at the model; the interval is only the fallback. Ends early with `failure-reply` when the gateway tells somebody meanwhile that a turn failed.",
    params: [
      { name: "check", type: "() => unknown", description: "may be async" },
      timeoutParameter(WAIT_MS),
      { name: "intervalMs", type: "number", optional: true, description: "milliseconds; default 100" },
    ],
    returns: "what `check` gave",
    effect: "reads",
    budgetMs: ([, timeoutMs]) => Number(timeoutMs ?? WAIT_MS),
    run: (context, check: () => unknown, timeoutMs: number = WAIT_MS, intervalMs?: number) => {
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
    params: [
      STATE_PARAMETER,
      { name: "predicate", type: "(message) => boolean", description: "judges an outbound message" },
      timeoutParameter(WAIT_MS),
      SINCE_PARAMETER,
    ],
    returns: "the message",
    aliases: ["waitForTransportOutboundMessage", "waitForChannelOutboundMessage"],
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ([, , timeoutMs]) => Number(timeoutMs ?? WAIT_MS),
    run: (
      context,
      _state: object,
      predicate: (message: BusMessage) => unknown,
      timeoutMs: number = WAIT_MS,
      options: Since = {},
    ) =>
      waitForOutboundMessage(context.bus, predicate, timeoutMs, {
        ...options,
        giveUp: () => throwFailureReply(context.bus, options.sinceIndex),
        what: predicate.name ? `an outbound message with ${predicate.name}` : undefined,
        signal: context.signal(),
      }),
  }),
  waitForNoOutbound: define({
    summary: "Fails as soon as the gateway sends something within the quiet period.",
    params: [STATE_PARAMETER, { ...timeoutParameter(QUIET_MS), name: "quietMs" }, SINCE_PARAMETER],
    returns: "nothing",
    aliases: ["waitForNoTransportOutbound"],
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ([, quietMs]) => Number(quietMs ?? QUIET_MS),
    run: (context, _state: object, quietMs: number = QUIET_MS, options: Since = {}) =>
      waitForNoOutbound(context.bus, quietMs, { ...options, signal: context.signal() }),
  }),
  reset: define({
    summary:
      "Empties the channel: messages and threads are forgotten, so that old ones cannot satisfy a wait.",
    params: [],
    returns: "nothing",
    aliases: ["resetBus", "resetTransport"],
    effect: "reads",
    needs: "qa-channel",
    run: (context) => context.bus.reset(),
  }),
}));
