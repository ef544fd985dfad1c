import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { waitIn } from "../wait.ts";
import { messageText, summarizeTranscript, type TranscriptSummary } from "./transcript-summary.ts";

const WHOLE_TRANSCRIPT = 1_000;
const NEWEST = 12;

export const SESSION_KEY_PARAMETER = {
  name: "sessionKey",
  type: "string",
  description: "`agent:<agent>:<rest>`",
} as const;

/** The newest messages of a session's transcript, oldest first. */
export async function readHistory(
  context: ActionContext,
  sessionKey: string,
  limit = WHOLE_TRANSCRIPT,
): Promise<JsonObject[]> {
  const answer = await context.gateway.call(
    "chat.history",
    { sessionKey, limit },
    { signal: context.signal() },
  );
  return (answer.messages ?? []) as JsonObject[];
}

interface SummaryOptions {
  afterEventCursor?: number;
  allowEmpty?: boolean;
}

async function transcriptSummary(
  context: ActionContext,
  _env: object,
  sessionKey: string,
  { afterEventCursor = 0, allowEmpty = false }: SummaryOptions = {},
): Promise<TranscriptSummary> {
  const messages = await readHistory(context, sessionKey);
  const inRange = Number.isSafeInteger(afterEventCursor) && afterEventCursor >= 0;
  if (!inRange || afterEventCursor > messages.length) {
    throw new QaError(
      `readSessionTranscriptSummary: ${afterEventCursor} is no event cursor of ${sessionKey}, which holds ${messages.length}`,
      { code: "bad-argument", fault: "scenario", hint: "Take `eventCursor` of an earlier summary." },
    );
  }
  if (messages.length === afterEventCursor && !allowEmpty) {
    const part = afterEventCursor > 0 ? ` after event ${afterEventCursor}` : "";
    throw new QaError(`the transcript of ${sessionKey} is empty${part}`, {
      code: "transcript-empty",
      fault: "product",
      hint: "If there need not be one, pass { allowEmpty: true }.",
    });
  }
  return summarizeTranscript(messages, afterEventCursor);
}

/** Waits for what the newest reply says; `undefined` while there is none. */
async function newestReply(context: ActionContext, sessionKey: string): Promise<string | undefined> {
  const replies = (await readHistory(context, sessionKey, NEWEST)).filter(({ role }) => role === "assistant");
  return replies.map(messageText).findLast((said) => said !== "");
}

export const transcriptActions = actionsOf("sessions", (define) => ({
  readSessionHistory: define({
    summary: "The messages of a session's transcript, oldest first (`chat.history`).",
    params: [
      ENV_PARAMETER,
      SESSION_KEY_PARAMETER,
      { name: "limit", type: "number", optional: true, description: "newest n messages; default 200" },
    ],
    returns: "array of { role, content, timestamp }",
    effect: "reads",
    run: (context, _env: object, sessionKey: string, limit: number = 200) =>
      readHistory(context, sessionKey, limit),
  }),
  readSessionTranscriptSummary: define({
    summary:
      "What a session's transcript holds: how often each tool was called, got a result, and a good one; the last text; where it ends.",
    params: [
      ENV_PARAMETER,
      SESSION_KEY_PARAMETER,
      {
        name: "options",
        type: "{ afterEventCursor?, allowEmpty? }",
        optional: true,
        description:
          "`afterEventCursor`: only what came after, `eventCursor` of an earlier summary; `allowEmpty`: nothing at all is no error",
      },
    ],
    returns:
      "{ messageCount, eventCursor, assistantToolCallCounts, completedToolCallCounts, successfulToolCallCounts, finalText, hasDirectReplySelfMessage, lastMessageRole, lastAssistantToolNames, lastAssistantStopReason, … }",
    effect: "reads",
    run: transcriptSummary,
  }),
  waitForAgentHistoryReply: define({
    summary: "Waits until the newest assistant text of a session satisfies the predicate.",
    params: [
      ENV_PARAMETER,
      SESSION_KEY_PARAMETER,
      { name: "predicate", type: "(text) => boolean", description: "judges the text" },
      { name: "timeoutMs", type: "number", optional: true, description: "milliseconds; default 30 000" },
      { name: "intervalMs", type: "number", optional: true, description: "milliseconds; default 250" },
    ],
    returns: "{ text }",
    effect: "reads",
    budgetMs: ([, , , timeoutMs]) => Number(timeoutMs ?? 30_000),
    run: (
      context,
      _env: object,
      sessionKey: string,
      predicate: (text: string) => unknown,
      timeoutMs: number = 30_000,
      intervalMs: number = 250,
    ) =>
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
