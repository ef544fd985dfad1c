import type { JsonObject } from "../../base/json.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { type Named, withMeant } from "../scene/elsewhere.ts";
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

async function rows(context: ActionContext): Promise<JsonObject[]> {
  const { sessions } = await context.call("sessions.list", { limit: ALL });
  return (sessions ?? []) as JsonObject[];
}

/** A session that a statement names, and the others that there are: as the statement has it, by their name or whole key. */
function namedSession(context: ActionContext, name: string): Named {
  const own = sessionKeyOf(context, "");
  const short = (key: string) =>
    name.startsWith("agent:") || !key.startsWith(own) ? key : key.slice(own.length);
  return { name, known: async () => (await rows(context)).map(({ key }) => short(String(key))) };
}

async function linesOf(context: ActionContext, sessionKey: string): Promise<JsonObject[]> {
  const messages = await readHistory(context, sessionKey);
  return messages.map((message) => ({ ...message, text: messageText(message) }));
}

async function isListed(context: ActionContext, key: string): Promise<boolean> {
  return (await rows(context)).some((row) => row.key === key);
}

async function expectHistory(
  context: ActionContext,
  { messages, session }: { messages: Matcher; session?: string },
): Promise<JsonObject[] | undefined> {
  const key = sessionKeyOf(context, session);
  try {
    return await expectState(context, `the history of ${key}`, messages, async () => {
      const lines = await linesOf(context, key);
      return lines.length > 0 || (await isListed(context, key)) ? lines : undefined;
    });
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const keys = (await rows(context)).map((row) => String(row.key));
    if (keys.includes(key)) throw error;
    if (session !== undefined) throw await withMeant(error, namedSession(context, session));
    throw new Unexpected("no turn ran in the session that `ask` uses where it names none", {
      ...(error.expected === undefined ? {} : { expected: error.expected }),
      seen: `sessions: ${keys.join(", ")}`,
      hint: "Name the session that its turns name: `session: …` below `expectHistory`.",
    });
  }
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
      const row = async () => (await rows(context)).find((each) => each.key === key);
      return expectState(context, `session ${key}`, is, row, namedSession(context, session));
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
    run: expectHistory,
  }),
}));
