import type { JsonObject } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState, PRESENT } from "../scene/expect.ts";
import { BOOLEAN, matcherOf, open, record, STRING } from "../schema.ts";
import { SESSION, sessionKeyOf } from "./sessions.ts";
import { messageText } from "./transcript-summary.ts";
import { readHistory } from "./transcripts.ts";

const ALL = 1_000;

const ROW = open(
  record(
    { key: STRING },
    { label: STRING, model: STRING, modelProvider: STRING, hasActiveRun: BOOLEAN, status: STRING },
  ),
);
/** A message of a transcript, with the text that a person reads. */
const LINE = { ...open(record({ role: STRING, text: STRING }, { content: {} })), asText: "text" } as const;
const LINES = { type: "array", items: LINE } as const;

async function rowOf(context: ActionContext, key: string): Promise<JsonObject | undefined> {
  const { sessions } = await context.call("sessions.list", { limit: ALL });
  return ((sessions ?? []) as JsonObject[]).find((row) => row.key === key);
}

async function linesOf(context: ActionContext, sessionKey: string): Promise<JsonObject[]> {
  const messages = await readHistory(context, sessionKey);
  return messages.map((message) => ({ ...message, text: messageText(message) }));
}

export const sessionStatements = actionsOf("sessions", (define) => ({
  expectSession: define({
    summary: "A session as the gateway lists it (`sessions.list`).",
    params: {
      session: {
        ...SESSION,
        optional: false,
        description: "its key, or the name of one of the scenario's own",
      },
      is: {
        ...matcherOf(ROW, "its row; `{ exists: false }` where there must be none; default: that it is there"),
        optional: true,
      },
    },
    main: "session",
    returns: { ...ROW, optional: true },
    statement: "expects",
    effect: "reads",
    run: (context, { session, is = PRESENT }) => {
      const key = sessionKeyOf(context, session);
      return expectState(context, `session ${key}`, is, () => rowOf(context, key));
    },
  }),
  expectHistory: define({
    summary:
      "The messages of a session's transcript, oldest first (`chat.history`), each with its `text`: a text in place of a message stands for that.",
    params: { messages: matcherOf(LINES, "the list"), session: SESSION },
    main: "messages",
    returns: LINES,
    statement: "expects",
    effect: "reads",
    run: (context, { messages, session }) => {
      const key = sessionKeyOf(context, session);
      return expectState(context, `the history of ${key}`, messages, () => linesOf(context, key));
    },
  }),
}));
