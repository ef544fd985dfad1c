import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { BOOLEAN, NUMBER, OBJECT, record, STRING, STRINGS, type ValuesOf } from "../schema.ts";
import { SESSION_KEY, TRANSCRIPT_MESSAGE } from "./schemas.ts";
import { summarizeTranscript, type TranscriptSummary } from "./transcript-summary.ts";

const WHOLE_TRANSCRIPT = 1_000;

/** The newest messages of a session's transcript, oldest first. */
export async function readHistory(
  context: ActionContext,
  sessionKey: string,
  limit = WHOLE_TRANSCRIPT,
): Promise<JsonObject[]> {
  const answer = await context.call("chat.history", { sessionKey, limit });
  return (answer.messages ?? []) as JsonObject[];
}

const SUMMARY_PARAMS = {
  sessionKey: SESSION_KEY,
  afterEventCursor: {
    ...NUMBER,
    default: 0,
    description: "only what came after: `eventCursor` of an earlier summary",
  },
  allowEmpty: { ...BOOLEAN, default: false, description: "nothing at all is not an error" },
} as const;

async function transcriptSummary(
  context: ActionContext,
  { sessionKey, afterEventCursor, allowEmpty }: ValuesOf<typeof SUMMARY_PARAMS>,
): Promise<TranscriptSummary> {
  const messages = await readHistory(context, sessionKey);
  const inRange = Number.isSafeInteger(afterEventCursor) && afterEventCursor >= 0;
  if (!inRange || afterEventCursor > messages.length) {
    throw badArgument(
      `readSessionTranscriptSummary: ${afterEventCursor} is not an event cursor of ${sessionKey}, which holds ${messages.length}`,
      "Take `eventCursor` of an earlier summary.",
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

export const transcriptActions = actionsOf("sessions", (define) => ({
  readSessionHistory: define({
    summary: "The messages of a session's transcript, oldest first (`chat.history`).",
    params: {
      sessionKey: SESSION_KEY,
      limit: { ...NUMBER, default: 200, description: "newest n messages" },
    },
    main: "sessionKey",
    positional: ["env", "sessionKey", "limit"],
    inSteps: "`expectHistory`",
    returns: { type: "array", items: TRANSCRIPT_MESSAGE },
    effect: "reads",
    run: (context, { sessionKey, limit }) => readHistory(context, sessionKey, limit),
  }),
  readSessionTranscriptSummary: define({
    summary:
      "What a session's transcript holds: how often each tool was called, got a result, and a good one; the last text; where it ends.",
    params: SUMMARY_PARAMS,
    main: "sessionKey",
    positional: ["env", "sessionKey", members("options?")],
    inSteps: "`expectHistory`, `expectPluginCall`",
    returns: record(
      {
        messageCount: NUMBER,
        eventCursor: NUMBER,
        assistantToolCallCounts: OBJECT,
        completedToolCallCounts: OBJECT,
        successfulToolCallCounts: OBJECT,
        finalText: STRING,
        hasDirectReplySelfMessage: BOOLEAN,
      },
      {
        lastMessageRole: STRING,
        lastAssistantContentTypes: STRINGS,
        lastAssistantToolNames: STRINGS,
        lastAssistantStopReason: STRING,
        lastAssistantErrorMessage: STRING,
        assistantMirrors: { type: "array", items: record({ identity: STRING, text: STRING }) },
      },
    ),
    effect: "reads",
    run: transcriptSummary,
  }),
}));
