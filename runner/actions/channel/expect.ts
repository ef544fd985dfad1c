import type { BusMessage } from "../../channel/types.ts";
import { describeMatcher, show } from "../../flow/match/describe.ts";
import { mismatches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { barrier } from "../scene/barrier.ts";
import { elsewhere } from "../scene/elsewhere.ts";
import {
  expectEvent,
  expectNext,
  expectState,
  PRESENT,
  type TimedEvent,
  waitOrEnd,
} from "../scene/expect.ts";
import { expectNone, IN_THE_STEP } from "../scene/expect-none.ts";
import { turnMs } from "../scene/limits.ts";
import type { Said } from "../scene/scene.ts";
import { matcherOf, NOTHING, STRING, typed } from "../schema.ts";
import { MESSAGE, MESSAGES } from "./schemas.ts";

/** A message, of which the text is meant where a text stands for it. */
const SAID = { ...MESSAGE, asText: "text" } as const;

const IN = {
  ...STRING,
  optional: true,
  names: "room",
  description: "only those in this room, or this direct chat",
} as const;

function eventOf({ index, message }: Said): TimedEvent<BusMessage> {
  return { index, value: message, at: message.timestamp };
}

function messagesIn({ scene }: ActionContext, conversation: string | undefined): TimedEvent<BusMessage>[] {
  const inPlace = ({ message }: Said) =>
    conversation === undefined || message.conversation.id === conversation;
  return scene.messages.filter(inPlace).map(eventOf);
}

/** Where the gateway has written, if it has written nothing in this conversation. */
function elsewhereThan(conversation: string | undefined, { scene }: ActionContext): string | undefined {
  return conversation === undefined
    ? undefined
    : elsewhere(
        conversation,
        scene.messages.map(({ message }) => message.conversation.id),
      );
}

/** A message of the gateway's that fits. */
export function expectMessage(
  context: ActionContext,
  { message, in: conversation }: { message: Matcher; in?: string },
): Promise<TimedEvent<BusMessage>> {
  const source = {
    kind: "message",
    what: "a message",
    list: () => messagesIn(context, conversation),
    elsewhere: () => elsewhereThan(conversation, context),
  };
  return expectEvent(context, source, message);
}

/**
 * The next reply in the conversation where someone wrote last.
 * @param said texts of the turn whose reply it must be. One that is sent with more, or in parts, is looked for when none
 * has come that is equal
 */
export async function expectReply(
  context: ActionContext,
  matcher: Matcher,
  said?: ReadonlySet<string>,
): Promise<TimedEvent<BusMessage>> {
  const { scene } = context;
  const replies = () => scene.replies.map(eventOf);
  const isSaid = ({ value }: TimedEvent<BusMessage>) => said?.has(value.text.trim());
  const isAlike = ({ value: { text } }: TimedEvent<BusMessage>) =>
    [...(said ?? [])].some((each) => text.includes(each) || each.includes(text.trim()));
  const hasCome = () => replies().some((reply) => isSaid(reply) && scene.isFree("message", reply.index));
  const isExact = said && (await waitOrEnd(context, "the turn's reply", hasCome, turnMs(context)));
  const list = () => (said ? replies().filter(isExact ? isSaid : isAlike) : replies());
  const source = {
    kind: "message",
    what: "the reply",
    list,
    hintOf: answersAnother(context),
    taken: whyNone(context, matcher),
  };
  // Time is up when none was equal: what is alike has come or has not.
  const limits = said && !isExact ? { ...context.limits, withinMs: 0 } : context.limits;
  return expectNext({ ...context, limits }, source, matcher);
}

/** `ask` has its reply itself, a model that is held gives none, and what was said may have had its one reply. */
function whyNone({ scene, model, bus }: ActionContext, matcher: Matcher) {
  return (came: readonly TimedEvent<BusMessage>[]): Unexpected | undefined => {
    const last = came.at(-1);
    if (!last && (model?.inHand.held ?? 0) > 0)
      return new Unexpected("the reply did not come: the scenario holds the model's answer", {
        seen: "nothing",
        fault: "scenario",
        hint: "Put `releaseModel` before it.",
      });
    const written = lastWritten(bus);
    if (!scene.hasAsked && last && written && last.value.replyToId === written.id)
      return new Unexpected(
        `no other reply came after ${show(last.value.text)}, which an earlier statement has taken`,
        { expected: describeMatcher(matcher), seen: "nothing" },
      );
    if (!scene.hasAsked || !last) return undefined;
    return new Unexpected("`ask` has taken the reply, and no other one came", {
      expected: "another one, after the reply to `ask`",
      seen: show(last.value.text),
      fault: "scenario",
      hint: "What `ask` is answered stands beside it: `reply: …` below `ask`.",
    });
  };
}

function lastWritten(bus: ActionContext["bus"]): BusMessage | undefined {
  return bus.getSnapshot().messages.findLast(({ direction }) => direction === "inbound");
}

/** Of a message that answers something else than what was written last: what it answers. */
function answersAnother({ bus }: ActionContext) {
  return ({ value }: TimedEvent<BusMessage>): string | undefined => {
    const asked = bus
      .getSnapshot()
      .messages.find(({ id, direction }) => direction === "inbound" && id === value.replyToId);
    if (!asked || asked.id === lastWritten(bus)?.id) return undefined;
    return `It answers ${show(asked.text)}, not what was written last: \`expectReply\` takes the next message, \`expectMessage\` the first that fits.`;
  };
}

async function expectAll(
  context: ActionContext,
  { messages: wanted, in: conversation }: { messages: readonly Matcher[]; in?: string },
): Promise<BusMessage[]> {
  const list = () => messagesIn(context, conversation).map(({ value }) => value);
  await waitOrEnd(context, "the messages", () => list().length >= wanted.length && list(), turnMs(context));
  await barrier(context, { allow: context.limits?.allow });
  const seen = list();
  const wrong = seen.findIndex((message, index) => {
    const matcher = wanted[index];
    return !matcher || mismatches(matcher, message).length > 0;
  });
  if (wrong === -1 && seen.length === wanted.length) return seen;
  const texts = seen.map(({ text }) => text);
  const matcher = wanted[wrong];
  const other = elsewhereThan(conversation, context);
  const message =
    wrong === -1 || seen.length < wanted.length
      ? `${seen.length} of ${wanted.length} messages came${other === undefined ? "" : `: ${other}`}`
      : matcher === undefined
        ? `message ${wrong + 1} was not expected: ${show(texts[wrong])}`
        : `message ${wrong + 1} is ${show(texts[wrong])}, expected ${describeMatcher(matcher)}`;
  throw new Unexpected(message, {
    expected: `[${wanted.map(describeMatcher).join(", ")}]`,
    seen: show(texts),
  });
}

export const messageStatements = actionsOf("channel", (define) => ({
  expectReply: define({
    summary:
      "The next message of the gateway in the conversation where someone wrote last; it is judged once.",
    params: { reply: matcherOf(SAID, "the message; a text stands for its text") },
    main: "reply",
    returns: MESSAGE,
    statement: "expects",
    reply: "wanted",
    effect: "reads",
    needs: "qa-channel",
    run: async (context, { reply }) => (await expectReply(context, reply)).value,
  }),
  expectMessage: define({
    summary: "The first message of the gateway that fits and that no other statement has taken.",
    params: { message: matcherOf(SAID, "the message; a text stands for its text"), in: IN },
    main: "message",
    returns: MESSAGE,
    statement: "counts",
    effect: "converses",
    needs: "qa-channel",
    run: async (context, params) => (await expectMessage(context, params)).value,
  }),
  expectNoMessage: define({
    summary: `No message of the gateway's that fits ${IN_THE_STEP}`,
    params: {
      message: {
        ...matcherOf(SAID, "the message; a text stands for its text; default: any"),
        optional: true,
      },
      in: IN,
    },
    main: "message",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    needs: "qa-channel",
    run: async (context, { message, in: conversation }) => {
      const list = () => messagesIn(context, conversation);
      expectNone(
        context,
        { kind: "message", of: "message", what: "a message", list },
        { by: "expectNoMessage", matcher: message },
      );
    },
  }),
  expectNoReply: define({
    summary: `No message that fits, in the conversation where someone wrote last, ${IN_THE_STEP}`,
    params: {
      reply: { ...matcherOf(SAID, "the message; a text stands for its text; default: any"), optional: true },
    },
    main: "reply",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    needs: "qa-channel",
    run: async (context, { reply }) => {
      const list = () => context.scene.messagesHere.map(eventOf);
      expectNone(
        context,
        { kind: "message", of: "message", what: "a reply", list },
        { by: "expectNoReply", matcher: reply },
      );
    },
  }),
  expectMessageState: define({
    summary: "A message as it is on the channel now: edited, deleted, with its reactions.",
    params: {
      id: { ...STRING, description: "its id, for instance of what `expectMessage` saved" },
      is: {
        ...matcherOf(SAID, "the message; a text stands for its text; default: that it is there"),
        optional: true,
      },
    },
    main: "id",
    returns: MESSAGE,
    statement: "expects",
    effect: "reads",
    needs: "qa-channel",
    run: (context, { id, is = PRESENT }) =>
      expectState(context, `message ${id}`, is, () =>
        context.bus.getSnapshot().messages.find((message) => message.id === id),
      ),
  }),
  expectMessages: define({
    summary: "All messages of the gateway since the scenario began, in their order: these and no others.",
    params: {
      messages: typed<readonly Matcher[]>({
        type: "array",
        items: { matches: SAID },
        description: "a list; a text stands for a message's text",
      }),
      in: IN,
    },
    main: "messages",
    returns: MESSAGES,
    statement: "expects",
    effect: "converses",
    needs: "qa-channel",
    run: expectAll,
  }),
}));
