import { SESSION_KEY } from "../agent/schemas.ts";
import { messageText } from "../agent/transcript-summary.ts";
import { readHistory } from "../agent/transcripts.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { callback, milliseconds, record, STRING } from "../schema.ts";
import { waitIn } from "../wait.ts";

const NEWEST = 12;

/** What the newest reply of a session says; undefined while there is none. */
async function newestReply(context: ActionContext, sessionKey: string): Promise<string | undefined> {
  const replies = (await readHistory(context, sessionKey, NEWEST)).filter(({ role }) => role === "assistant");
  return replies.map(messageText).findLast((said) => said !== "");
}

export const historyReplyActions = actionsOf("sessions", (define) => ({
  waitForAgentHistoryReply: define({
    summary: "Waits until the newest assistant text of a session satisfies the predicate.",
    params: {
      sessionKey: SESSION_KEY,
      predicate: callback<(text: string) => unknown>("(text) => boolean", "checks the text"),
      timeoutMs: milliseconds(30_000),
      intervalMs: milliseconds(250),
    },
    main: "sessionKey",
    positional: ["env", "sessionKey", "predicate", "timeoutMs", "intervalMs"],
    returns: record({ text: STRING }),
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { sessionKey, predicate, timeoutMs, intervalMs }) =>
      waitIn(
        context,
        `a reply in the transcript of ${sessionKey}`,
        async () => {
          const said = await newestReply(context, sessionKey);
          return said !== undefined && (await predicate(said)) ? { text: said } : undefined;
        },
        { timeoutMs, intervalMs },
      ),
  }),
}));
