import { stretched } from "../../base/slow.ts";
import { delay } from "../../base/timers.ts";
import type { BusMessage } from "../../channel/types.ts";
import { describeMatcher, show } from "../../flow/match/describe.ts";
import { matches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected, unexpected } from "../../flow/match/unexpected.ts";
import { expectReply } from "../channel/expect.ts";
import { ATTACHMENTS, MESSAGE } from "../channel/schemas.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { PRESENT } from "../scene/expect.ts";
import { limitOf, turnMs } from "../scene/limits.ts";
import { matcherOf, open, record, STRING, type ValuesOf } from "../schema.ts";
import { runPrompt, SUCCESS, startRun, waitForRun } from "./agent.ts";
import { SESSION, sessionKeyOf } from "./sessions.ts";
import { TurnTexts } from "./turn-texts.ts";

const ASK_AGAIN_MS = 500;
/** A text stands for the reply's own. */
const REPLY = { ...MESSAGE, asText: "text" } as const;
export const OPERATOR = "qa-operator";

const TURN_PARAMS = {
  message: { ...STRING, description: "what the agent is asked" },
  session: SESSION,
  attachments: ATTACHMENTS,
} as const;

const TURN = record({ runId: STRING });

/** A client's turn, whose reply goes to the operator's direct chat. */
function promptOf(context: ActionContext, { message, session, attachments }: ValuesOf<typeof TURN_PARAMS>) {
  return {
    message,
    sessionKey: sessionKeyOf(context, session),
    to: `dm:${OPERATOR}`,
    attachments: attachments?.map(({ mimeType, fileName = "attachment", contentBase64 = "" }) => ({
      mimeType,
      fileName,
      content: contentBase64,
    })),
    timeoutMs: limitOf(context, turnMs(context)),
  };
}

async function ask(
  context: ActionContext,
  { reply, ...turn }: ValuesOf<typeof TURN_PARAMS> & { reply?: Matcher },
) {
  const isShared = context.scene.spokeIn(OPERATOR, { waits: true });
  const prompt = promptOf(context, turn);
  const said = isShared ? await TurnTexts.before(context, prompt.sessionKey) : undefined;
  const { runId } = await runPrompt(context, prompt);
  const { value } = await expectReply(context, reply ?? PRESENT, await said?.saidSince(context));
  return { ...value, runId };
}

const SAY_PARAMS = {
  text: { ...STRING, description: "what is written" },
  as: { ...STRING, default: OPERATOR, names: "room", description: "who writes" },
  in: {
    ...STRING,
    optional: true,
    names: "room",
    description: "the room; default: a direct chat with the agent",
  },
  thread: { ...STRING, optional: true, description: "id of a thread of the room" },
  attachments: ATTACHMENTS,
} as const;

/** A person writes on the channel. */
export function say(
  context: ActionContext,
  { text, as: senderId, in: room, thread, attachments }: ValuesOf<typeof SAY_PARAMS>,
  nativeCommand?: BusMessage["nativeCommand"],
) {
  const id = room ?? senderId;
  context.scene.spokeIn(id, { waits: false });
  return context.bus.addInboundMessage({
    text,
    senderId,
    conversation: { id, kind: room === undefined ? "direct" : "channel" },
    ...(thread === undefined ? {} : { threadId: thread }),
    ...(attachments === undefined ? {} : { attachments: [...attachments] }),
    ...(nativeCommand ? { nativeCommand } : {}),
  });
}

const { text: _text, attachments: _attachments, ...WHERE } = SAY_PARAMS;
const COMMAND_PARAMS = {
  command: { ...STRING, description: "without the slash" },
  args: { ...STRING, optional: true, description: "what follows it" },
  ...WHERE,
} as const;

/** Says the same again until the reply to it fits. */
async function keepAsking(
  context: ActionContext,
  { reply, ...said }: ValuesOf<typeof SAY_PARAMS> & { reply: Matcher },
) {
  const limitMs = stretched(limitOf(context, turnMs(context)));
  const startedAt = performance.now();
  for (;;) {
    await context.scene.acting("converses", context.identity);
    say(context, said);
    const { value } = await expectReply(context, PRESENT);
    if (matches(reply, value)) return value;
    if (performance.now() - startedAt >= limitMs) throw unexpected("the last reply", reply, value);
    await delay(ASK_AGAIN_MS, context.signal());
  }
}

const ENDED = open(record({ status: STRING }, { error: {} }));
const WELL: Matcher = {
  kind: "members",
  members: [
    ["status", { kind: "anyOf", matchers: [...SUCCESS].map((value) => ({ kind: "equals", value })) }],
  ],
};

/** How a turn that was started has ended. */
async function expectTurn(context: ActionContext, { runId, is = WELL }: { runId: string; is?: Matcher }) {
  const ended = await waitForRun(context, runId, limitOf(context, turnMs(context)));
  // A matcher that holds of any end is none of a turn that goes on.
  const isStill = ended.status === "timeout" && matches(is, { ...ended, status: "still under way" });
  if (isStill)
    throw new Unexpected(`the turn ${runId} has not ended`, {
      expected: describeMatcher(is),
      seen: show(ended),
      fault: (context.model?.inHand.held ?? 0) > 0 ? "scenario" : "product",
    });
  if (!matches(is, ended)) throw unexpected("the turn", is, ended);
  return ended;
}

export const conversationStatements = actionsOf("agent", (define) => ({
  ask: define({
    summary: "A client's agent turn: waits for its end and for its own reply, which is judged once.",
    params: {
      ...TURN_PARAMS,
      reply: {
        ...matcherOf(REPLY, "the reply; a text stands for its text"),
        optional: true,
      },
    },
    main: "message",
    returns: { ...MESSAGE, properties: { ...MESSAGE.properties, runId: STRING } },
    statement: "acts",
    reply: "taken",
    effect: "converses",
    needs: "qa-channel",
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
    run: (context, turn) => {
      context.scene.spokeIn(OPERATOR, { waits: false });
      return startRun(context, promptOf(context, turn));
    },
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
  chooseCommand: define({
    summary: "A person chooses a chat command, in a client that has a menu of them.",
    params: COMMAND_PARAMS,
    main: "command",
    returns: MESSAGE,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: (context, { command: name, args, ...where }) => {
      const text = args === undefined ? `/${name}` : `/${name} ${args}`;
      return say(context, { ...where, text }, { name, ...(args === undefined ? {} : { args }) });
    },
  }),
  keepAsking: define({
    summary:
      "A person writes the same again and again, each time after the reply to it, until a reply fits: what a gateway learns a little later.",
    params: { ...SAY_PARAMS, reply: matcherOf(REPLY, "the reply that ends it; a text stands for its text") },
    main: "text",
    returns: MESSAGE,
    statement: "acts",
    reply: "taken",
    effect: "converses",
    needs: "qa-channel",
    run: keepAsking,
  }),
  expectTurn: define({
    summary: "How a turn ends that `startTurn` has started (`agent.wait`); judged once.",
    params: {
      runId: { ...STRING, description: "from `startTurn`" },
      is: { ...matcherOf(ENDED, "how it ended; default: well"), optional: true },
    },
    main: "runId",
    returns: ENDED,
    statement: "expects",
    effect: "reads",
    run: expectTurn,
  }),
}));
