import { actionsOf } from "../define.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { milliseconds, NOTHING, NUMBER } from "../schema.ts";

export const configSettleActions = actionsOf("config", (define) => ({
  waitForConfigRestartSettle: define({
    summary:
      "Waits until the gateway and its channel are ready after a change that may restart it. `patchConfig` already does this.",
    params: {
      timeoutMs: milliseconds(60_000),
      restartDelayMs: { ...NUMBER, optional: true, description: "accepted for upstream's scenarios" },
    },
    main: "timeoutMs",
    positional: ["env", "restartDelayMs", "timeoutMs"],
    returns: NOTHING,
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: async (context, { timeoutMs }) => {
      await context.waitHealthy(timeoutMs);
      await waitForChannelReady(context, timeoutMs);
    },
  }),
}));
