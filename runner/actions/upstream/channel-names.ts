import { transcriptMessages } from "../../channel/transcript.ts";
import { TRANSCRIPT_PARAMS } from "../channel/messages.ts";
import { INBOUND_PARAMS, MESSAGE, MESSAGES, OUTBOUND_PARAMS, SNAPSHOT } from "../channel/schemas.ts";
import { actionsOf, members } from "../define.ts";
import { STRING } from "../schema.ts";

/** What `state` also does, under the function names that upstream's scenarios call. */
export const channelNameActions = actionsOf("channel", (define) => ({
  readTransportTranscript: define({
    summary: "The messages of a conversation, oldest first.",
    params: TRANSCRIPT_PARAMS,
    main: "conversationId",
    positional: ["state", members("filter?")],
    returns: MESSAGES,
    effect: "reads",
    needs: "qa-channel",
    run: (context, filter) => transcriptMessages(context.bus, filter),
  }),
  getTransportSnapshot: define({
    summary: "The same as `state.getSnapshot()`.",
    positional: [],
    returns: SNAPSHOT,
    effect: "reads",
    needs: "qa-channel",
    run: (context) => context.bus.getSnapshot(),
  }),
  injectInboundMessage: define({
    summary: "The same as `state.addInboundMessage(message)`.",
    params: INBOUND_PARAMS,
    main: "text",
    positional: [members("message")],
    returns: MESSAGE,
    effect: "converses",
    needs: "qa-channel",
    run: (context, message) => context.bus.addInboundMessage(message),
  }),
  injectOutboundMessage: define({
    summary: "The same as `state.addOutboundMessage(message)`.",
    params: OUTBOUND_PARAMS,
    main: "text",
    positional: [members("message")],
    returns: MESSAGE,
    effect: "converses",
    needs: "qa-channel",
    run: (context, message) => context.bus.addOutboundMessage(message),
  }),
  readTransportMessage: define({
    summary: "The same as `state.readMessage(query)`.",
    params: { messageId: { ...STRING, description: "its id" } },
    main: "messageId",
    positional: [members("query")],
    returns: MESSAGE,
    effect: "reads",
    needs: "qa-channel",
    run: (context, query) => context.bus.readMessage(query),
  }),
}));
