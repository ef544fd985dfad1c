import { Unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { effectOfCall } from "../gateway/reading-methods.ts";
import { NOTHING, STRING } from "../schema.ts";

async function expectTokenHidden(context: ActionContext, { method }: { method: string }): Promise<void> {
  const answer = await context.call(method, {});
  if (JSON.stringify(answer).includes(context.gateway.token))
    throw new Unexpected(`${method} shows the operator token to a client that reads it`);
}

export const tokenStatements = actionsOf("config", (define) => ({
  expectTokenHidden: define({
    summary: "Asks the gateway, whose answer must not show the operator's token.",
    params: { method: { ...STRING, description: "for instance `config.get`" } },
    main: "method",
    returns: NOTHING,
    statement: "expects",
    effect: ({ method }) => effectOfCall(method),
    run: expectTokenHidden,
  }),
}));
