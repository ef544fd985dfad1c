import { transcriptMessages } from "../../channel/transcript.ts";
import { TRANSCRIPT_PARAMS } from "../channel/messages.ts";
import { MESSAGES } from "../channel/schemas.ts";
import { stateActions } from "../channel/state.ts";
import { type Action, type ActionSet, actionsOf, members } from "../define.ts";

const transcriptActions = actionsOf("channel", (define) => ({
  readTransportTranscript: define({
    summary: "The messages of a conversation, oldest first.",
    params: TRANSCRIPT_PARAMS,
    main: "conversationId",
    positional: ["state", members("filter?")],
    inSteps: "`expectMessages`",
    returns: MESSAGES,
    effect: "reads",
    needs: "qa-channel",
    sync: true,
    run: (context, filter) => transcriptMessages(context.bus, filter),
  }),
}));

function sameAs(name: keyof typeof stateActions): Action {
  const action = stateActions[name];
  return {
    ...action,
    summary: `The same as \`state.${name}(${(action.positional ?? []).map((each) => each.name)})\`.`,
  };
}

/** What `state` also does, under the function names that upstream's scenarios call. */
export const channelNameActions: ActionSet = {
  ...transcriptActions,
  getTransportSnapshot: sameAs("getSnapshot"),
  injectInboundMessage: sameAs("addInboundMessage"),
  injectOutboundMessage: sameAs("addOutboundMessage"),
  readTransportMessage: sameAs("readMessage"),
};
