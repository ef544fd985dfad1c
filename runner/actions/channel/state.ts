import type { WaitInput } from "../../channel/types.ts";
import { badArgument } from "../bad-argument.ts";
import { actionsOf, members } from "../define.ts";
import type { FlowObject } from "../env/run.ts";
import { NOTHING, NUMBER, OBJECT, STRING, type ValuesOf } from "../schema.ts";
import { WAIT_MS } from "./limits.ts";
import {
  CONVERSATION_FILTER,
  CONVERSATION_KIND,
  INBOUND_PARAMS,
  MESSAGE,
  MESSAGES,
  OUTBOUND_PARAMS,
  SNAPSHOT,
} from "./schemas.ts";

const EVENT_KINDS = [
  "inbound-message",
  "outbound-message",
  "message-edited",
  "message-deleted",
  "reaction-added",
  "thread-created",
] as const;

const WAIT_PARAMS = {
  kind: { enum: ["event-kind", "message-text", "thread-id"], description: "what is waited for" },
  eventKind: { enum: EVENT_KINDS, optional: true, description: "of `event-kind`" },
  textIncludes: { ...STRING, optional: true, description: "of `message-text`" },
  direction: { enum: ["inbound", "outbound"], optional: true, description: "of `message-text`" },
  threadId: { ...STRING, optional: true, description: "of `thread-id`" },
  timeoutMs: { ...NUMBER, optional: true, description: `milliseconds; default ${WAIT_MS}` },
} as const;

/** @throws QaError `bad-argument` when it does not say what to wait for */
function waitInput({
  kind,
  eventKind,
  textIncludes,
  threadId,
  ...rest
}: ValuesOf<typeof WAIT_PARAMS>): WaitInput {
  if (kind === "event-kind" && eventKind !== undefined) return { kind, eventKind, ...rest };
  if (kind === "message-text" && textIncludes !== undefined) return { kind, textIncludes, ...rest };
  if (kind === "thread-id" && threadId !== undefined) return { kind, threadId, ...rest };
  throw badArgument(
    "state.waitFor: it does not say what to wait for",
    "An event needs `eventKind`, a text `textIncludes`, a thread `threadId`.",
  );
}

/** Members of `state`: the bus itself. Without a gateway at its other end none of them means anything. */
export const stateActions = actionsOf("channel", (define) => ({
  reset: define({
    summary: "Forgets all messages and threads.",
    positional: [],
    inSteps: "nothing: they count from the beginning of the scenario",
    returns: NOTHING,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }) => bus.reset(),
  }),
  getSnapshot: define({
    summary: "A copy of everything on the bus.",
    positional: [],
    inSteps: "`expectMessages`",
    returns: SNAPSHOT,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }) => bus.getSnapshot(),
  }),
  addInboundMessage: define({
    summary: "Writes a message to the gateway, as a person would.",
    params: INBOUND_PARAMS,
    main: "text",
    positional: [members("message")],
    inSteps: "`say`",
    returns: MESSAGE,
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }, message) => bus.addInboundMessage(message),
  }),
  addOutboundMessage: define({
    summary: "Puts a message on the channel as if the gateway had sent it.",
    params: OUTBOUND_PARAMS,
    main: "text",
    positional: [members("message")],
    inSteps: "nothing: what the gateway says comes from the gateway",
    returns: MESSAGE,
    effect: "converses",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }, message) => bus.addOutboundMessage(message),
  }),
  readMessage: define({
    summary: "One message as it is now.",
    params: { messageId: { ...STRING, description: "its id" } },
    main: "messageId",
    positional: [members("query")],
    inSteps: "`expectMessageState`",
    returns: MESSAGE,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }, query) => bus.readMessage(query),
  }),
  searchMessages: define({
    summary: "Messages that fit all that is given.",
    params: {
      query: {
        ...STRING,
        optional: true,
        description: "part of the text, or of an attachment's or a tool's name",
      },
      ...CONVERSATION_FILTER,
      conversationKind: { ...CONVERSATION_KIND, optional: true },
      limit: { ...NUMBER, optional: true, description: "the last ones; default 20" },
    },
    main: "query",
    positional: [members("query")],
    inSteps: "`expectMessage`",
    returns: MESSAGES,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: ({ bus }, query) => bus.searchMessages(query),
  }),
  waitFor: define({
    summary: "Waits for an event of a kind, a text or a thread.",
    params: WAIT_PARAMS,
    main: "kind",
    positional: [members("wait")],
    inSteps: "`expectMessage`",
    returns: OBJECT,
    effect: "reads",
    needs: "qa-channel",
    run: ({ bus, signal }, wait) => bus.waitFor(waitInput(wait), signal()),
  }),
}));

export const stateObject: FlowObject = {
  kind: "object",
  subject: "channel",
  summary: "The QA channel's bus: what people wrote and what the gateway sent.",
  members: stateActions,
};
