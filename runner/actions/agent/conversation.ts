import type { Matcher } from "../../flow/match/matcher.ts";
import { expectReply } from "../channel/expect.ts";
import { MESSAGE } from "../channel/schemas.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { limitOf, PRESENT } from "../scene/expect.ts";
import { matcherOf, open, record, STRING, type ValuesOf } from "../schema.ts";
import { runPrompt, startRun } from "./agent.ts";
import { SESSION, sessionKeyOf } from "./sessions.ts";

const TURN_MS = 30_000;
const OPERATOR = "qa-operator";

const TURN_PARAMS = {
  message: { ...STRING, description: "what the agent is asked" },
  session: SESSION,
} as const;

const TURN = record({ runId: STRING });

/** A client's turn, whose reply goes to the operator's direct chat. */
function promptOf(context: ActionContext, { message, session }: ValuesOf<typeof TURN_PARAMS>) {
  context.scene.spokeIn(OPERATOR);
  return {
    message,
    sessionKey: sessionKeyOf(context, session),
    to: `dm:${OPERATOR}`,
    timeoutMs: limitOf(context, liveTurnTimeout(context.providerMode, TURN_MS)),
  };
}

async function ask(
  context: ActionContext,
  { reply, ...turn }: ValuesOf<typeof TURN_PARAMS> & { reply?: Matcher },
) {
  const { runId } = await runPrompt(context, promptOf(context, turn));
  const { value } = await expectReply(context, reply ?? PRESENT);
  return { ...value, runId };
}

const SAY_PARAMS = {
  text: { ...STRING, description: "what is written" },
  as: { ...STRING, default: OPERATOR, description: "who writes" },
  in: { ...STRING, optional: true, description: "the room; default: a direct chat with the agent" },
  thread: { ...STRING, optional: true, description: "id of a thread of the room" },
} as const;

function say(context: ActionContext, { text, as: senderId, in: room, thread }: ValuesOf<typeof SAY_PARAMS>) {
  const id = room ?? senderId;
  context.scene.spokeIn(id);
  return context.bus.addInboundMessage({
    text,
    senderId,
    conversation: { id, kind: room === undefined ? "direct" : "channel" },
    ...(thread === undefined ? {} : { threadId: thread }),
  });
}

export const conversationStatements = actionsOf("agent", (define) => ({
  ask: define({
    summary: "A client's agent turn: waits for its end and for its reply, which is judged once.",
    params: {
      ...TURN_PARAMS,
      reply: {
        ...matcherOf({ ...MESSAGE, asText: "text" }, "the reply; a text stands for its text"),
        optional: true,
      },
    },
    main: "message",
    returns: { ...MESSAGE, properties: { ...MESSAGE.properties, runId: STRING } },
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    budgetMs: () => 2 * TURN_MS,
    run: ask,
  }),
  startTurn: define({
    summary: "The same turn without waiting for its end; `expectReply` takes its reply.",
    params: TURN_PARAMS,
    main: "message",
    returns: open(TURN),
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    run: (context, turn) => startRun(context, promptOf(context, turn)),
  }),
  say: define({
    summary: "A person writes on the channel; returns when the channel has accepted it.",
    params: SAY_PARAMS,
    main: "text",
    returns: MESSAGE,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: say,
  }),
}));
