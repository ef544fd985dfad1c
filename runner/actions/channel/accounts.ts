import type { JsonObject } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState } from "../scene/expect.ts";
import { BOOLEAN, matcherOf, open, record, STRING } from "../schema.ts";

const ACCOUNTS = {
  type: "array",
  items: open(
    record(
      { channel: STRING, accountId: STRING },
      { enabled: BOOLEAN, running: BOOLEAN, connected: BOOLEAN, lastError: STRING },
    ),
  ),
} as const;

/** The accounts of all channels, in a row. */
async function accounts(context: ActionContext): Promise<JsonObject[]> {
  const { channelAccounts } = await context.call("channels.status", {});
  return Object.entries((channelAccounts ?? {}) as Record<string, JsonObject[]>).flatMap(([channel, list]) =>
    list.map((account) => ({ channel, ...account })),
  );
}

export const accountStatements = actionsOf("channel", (define) => ({
  expectChannels: define({
    summary: "The accounts of all channels as `channels.status` reports them.",
    params: { accounts: matcherOf(ACCOUNTS, "the list of them") },
    main: "accounts",
    returns: ACCOUNTS,
    statement: "expects",
    effect: "reads",
    run: (context, { accounts: matcher }) =>
      expectState(context, "the channels' accounts", matcher, () => accounts(context)),
  }),
}));
